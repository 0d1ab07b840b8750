-- KEYS: log. How many times there were in it.
local count
if redis.call('TYPE', KEYS[1]).ok == 'list' then
  count = redis.call('LLEN', KEYS[1])
else
  count = #(redis.call('GET', KEYS[1]) or '') / DIGITS
end
redis.call('DEL', KEYS[1])
return count
