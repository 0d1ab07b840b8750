-- KEYS: code, attempts, sends, sender. ARGV: time or '', what is shown of the code, its ttl, quotas.
-- {0, slot, wait until the next one} issued; {1, wait} too often.
local now = clock(ARGV[1])
local shown_at, ttl_at, quotas_at = 2, 4, 5
local refused_for, sends = take(KEYS[3], now, quotas_at)
if refused_for > 0 then
  return { 1, refused_for }
end
keep_code(KEYS[1], KEYS[2], KEYS[4], shown_at, now, ARGV[ttl_at])
return { 0, now, wait(KEYS[3], sends, now, quotas_at) }
