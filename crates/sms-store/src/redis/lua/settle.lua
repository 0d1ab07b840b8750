-- KEYS: code, attempts, sends, sender. ARGV: slot to give back or '', what is shown of the code.
local shown = read_shown(2)
local code = read_code(KEYS[1], shown.form)
if code and is_code(code, shown) then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
end
if ARGV[1] ~= '' then
  redis.call('LREM', KEYS[3], 1, ARGV[1])
end
return redis.status_reply('OK')
