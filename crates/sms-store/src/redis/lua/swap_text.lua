-- KEYS: a text. ARGV: what it must be and what it shall be, '' for none; its ttl, or '' if it has no end.
-- 1 done; 0 it is something else.
local text = redis.call('GET', KEYS[1]) or ''
if text ~= ARGV[1] then
  must_be_writable(KEYS[1], '')
  return 0
end
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then
  redis.call('SET', KEYS[1], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return 1
