-- KEYS: names of attempts, what is kept of them. ARGV: time or '', its name, what happens to it, the
-- provider's word or '-'.
-- r removed; c converted; d delivered; f failed. Nothing happens to one that is not there.
local kept = redis.call('HGET', KEYS[2], ARGV[2])
if kept and ARGV[3] == 'r' then
  redis.call('ZREM', KEYS[1], ARGV[2])
  redis.call('HDEL', KEYS[2], ARGV[2])
elseif kept then
  local head, converted, state, code = string.match(kept, '^(.+) (%d) %d+ (%a) (%S+)$')
  if ARGV[3] == 'c' then
    converted = '1'
  else
    state, code = ARGV[3], ARGV[4]
  end
  local updated = string.format('%.0f', clock(ARGV[1]))
  redis.call('HSET', KEYS[2], ARGV[2], table.concat({ head, converted, updated, state, code }, ' '))
end
return redis.status_reply('OK')
