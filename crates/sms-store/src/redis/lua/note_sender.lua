-- KEYS: code, sender. ARGV: name of the sender, what is shown of the code.
local shown_at = 2
local code = read_code(KEYS[1], shown_at)
if code and is_code(code, shown_at) then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', remaining(KEYS[1]))
end
return redis.status_reply('OK')
