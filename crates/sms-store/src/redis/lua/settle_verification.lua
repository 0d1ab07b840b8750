-- KEYS: verifications, sends. ARGV: time or '', its name, name of the message, slot to give back or ''.
local now = clock(ARGV[1])
local current, canceled = read_verifications(KEYS[1], now)
if current and current.sid == ARGV[2] then
  local left = {}
  for send in string.gmatch(current.sends, '[^,]+') do
    if string.sub(send, 1, #ARGV[3] + 1) ~= ARGV[3] .. '@' then
      table.insert(left, send)
    end
  end
  current.sends = table.concat(left, ',')
  local is_nothing = current.status == 'p' and #left == 0
  keep_verifications(KEYS[1], now, not is_nothing and current or nil, canceled)
end
if ARGV[4] ~= '' then
  give_back(KEYS[2], ARGV[4])
end
return redis.status_reply('OK')
