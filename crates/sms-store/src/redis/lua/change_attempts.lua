-- KEYS: names of attempts, what is kept of them as forget_attempts.lua has it. ARGV: time or '', and of each
-- change the attempt's name, what happens to it, the provider's word or '-'.
-- r removed; c converted; d delivered; f failed. Nothing happens to one that is not there.
local now = string.format('%.0f', clock(ARGV[1]))

local function change(sid, what, word)
  local kept = redis.call('HGET', KEYS[2], sid)
  if not kept then
    return
  end
  if what == 'r' then
    redis.call('ZREM', KEYS[1], sid)
    redis.call('HDEL', KEYS[2], sid)
    return
  end
  local head, converted, state, code = string.match(kept, '^(.+) (%d) %d+ (%a) (%S+)$')
  if what == 'c' then
    converted = '1'
  else
    state, code = what, word
  end
  redis.call('HSET', KEYS[2], sid, table.concat({ head, converted, now, state, code }, ' '))
end

for i = 2, #ARGV - 1, 3 do
  change(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
return redis.status_reply('OK')
