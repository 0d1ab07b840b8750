-- KEYS, ARGV and answer, which is what was before: numbers.lua.
local now = clock(ARGV[1])
local state = number_state(now)
redis.call('DEL', KEYS[4], KEYS[5])
if state[4] == 1 then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
end
for i = FIRST_SERVICE, #KEYS do
  local current, canceled = read_verifications(KEYS[i], now)
  if current and current.status == 'm' then
    keep_verifications(KEYS[i], now, nil, canceled)
  end
end
return state
