-- KEYS: code, attempts, sends, sender. ARGV: slot to give back or '', what is shown of the code.
local shown_at = 2
local code = read_code(KEYS[1], shown_at)
if code and is_code(code, shown_at) then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
end
if ARGV[1] ~= '' then
  give_back(KEYS[3], ARGV[1])
end
return redis.status_reply('OK')
