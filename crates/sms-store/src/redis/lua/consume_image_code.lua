-- KEYS: text of the picture. ARGV: the answer in lower case.
-- 0 right; 1 no such picture; 2 wrong.
local text = redis.call('GETDEL', KEYS[1])
if not text then
  return 1
end
return string.lower(text) == ARGV[1] and 0 or 2
