-- Run inside Redis: what real sends to numbers FIRST to LAST leave behind. They live for a day, so
-- that none expires while others are measured. ARGV: FIRST, LAST.
local time = redis.call('TIME')
local now = string.format('%010d%03d', time[1], math.floor(time[2] / 1000))
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local number = string.format('sms_13%09d', n)
  local address = string.format('10.%d.%d.%d', math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256)
  redis.call('SET', number, '123456', 'PX', 86400000)
  redis.call('SET', '{' .. number .. '}:sends', now, 'PX', 86400000)
  redis.call('SET', 'ip:sms:' .. address, now, 'PX', 86400000)
end
return redis.status_reply('OK')
