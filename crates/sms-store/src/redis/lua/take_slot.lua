-- KEYS: log. ARGV: time or '', quotas.
-- {0, slot} taken; {1, wait} refused.
local now = clock(ARGV[1])
local refused_for = take(KEYS[1], now, 2)
if refused_for > 0 then
  return { 1, refused_for }
end
return { 0, now }
