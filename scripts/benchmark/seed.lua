-- Run inside Redis: what requests FIRST to LAST of load.lua need. ARGV: FIRST, LAST.
for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  if KEYS[1] == 'pictures' then
    redis.call('SET', string.format('img_f47ac10b-58cc-4372-a567-%012d', n), 'aBcD', 'PX', 300000)
  else
    redis.call('SET', string.format('sms_13%09d', n), '123456', 'PX', 300000)
  end
end
return redis.status_reply('OK')
