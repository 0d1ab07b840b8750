-- KEYS: code, attempts, sends. ARGV: code, slot to give back or ''.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1], KEYS[2])
end
if ARGV[2] ~= '' then
  redis.call('LREM', KEYS[3], 1, ARGV[2])
end
return redis.status_reply('OK')
