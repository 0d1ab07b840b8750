-- KEYS: text of the picture, code, flag. ARGV: the answer in lower case, the new code.
local text = redis.call('GETDEL', KEYS[1])
if not text then
  return 1
end
if string.lower(text) ~= ARGV[1] then
  return 2
end
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', 60) then
  return 3
end
redis.call('SETEX', KEYS[2], 300, ARGV[2])
return 0
