-- KEYS: log. ARGV: time or '', quotas.
-- {0, slot} taken; {1, wait} refused.
local now = clock(ARGV[1])
local quotas = read_quotas(2)
local refused_for = wait(KEYS[1], now, quotas)
if refused_for > 0 then
  return { 1, refused_for }
end
record(KEYS[1], now, quotas)
return { 0, now }
