-- KEYS: code, sender. ARGV: name of the sender, what is shown of the code.
local shown = read_shown(2)
local code = read_code(KEYS[1], shown.form)
if code and is_code(code, shown) then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', remaining(KEYS[1]))
end
return redis.status_reply('OK')
