-- Run inside Redis: takes back what sends to FIRST to LAST left, by the server or its floor, and
-- gives each its picture again. Key by key, so that the table never gets so empty that it shrinks.
-- ARGV: FIRST, LAST.
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local mobile = string.format('13%09d', n)
  local address = string.format('10.%d.%d.%d', math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256)
  redis.call('DEL', 'sms_' .. mobile, '{sms_' .. mobile .. '}:sends', 'ip:sms:' .. address, 'ip:sms:' .. mobile)
  redis.call('SET', string.format('img_f47ac10b-58cc-4372-a567-%012d', n), 'abcd', 'PX', 300000)
end
return redis.status_reply('OK')
