-- KEYS: code, attempts, sends, sender. ARGV: time or '', what is shown of the code, its ttl, quotas.
-- {0, slot, wait until the next one} issued; {1, wait} too often.
local now = clock(ARGV[1])
local shown, ttl_at = read_shown(2)
local quotas = read_quotas(ttl_at + 1)
local refused_for = take(KEYS[3], now, quotas)
if refused_for > 0 then
  return { 1, refused_for }
end
keep_code(KEYS[1], KEYS[2], KEYS[4], shown, now, ARGV[ttl_at])
return { 0, now, wait(KEYS[3], now, quotas) }
