-- KEYS: code, attempts, sends. ARGV: time or '', code, its ttl, quotas.
-- {0, slot, wait until the next one} issued; {1, wait} too often.
local now = clock(ARGV[1])
local quotas = read_quotas(4)
local refused_for = take(KEYS[3], now, quotas)
if refused_for > 0 then
  return { 1, refused_for }
end
keep_code(KEYS[1], KEYS[2], ARGV[2], ARGV[3])
return { 0, now, wait(KEYS[3], now, quotas) }
