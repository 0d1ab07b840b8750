-- KEYS: code, attempts, failures. ARGV: time or '', attempt, most attempts, quotas of failures.
-- {0} right; {1} no code; {2, attempts left} wrong; {3} too many attempts, nothing compared.
local now = clock(ARGV[1])
local max_attempts = tonumber(ARGV[3])
local quotas = read_quotas(4)

local attempts = tonumber(redis.call('GET', KEYS[2]) or 0)
if attempts >= max_attempts or wait(KEYS[3], now, quotas) > 0 then
  return { 3 }
end
local code = redis.call('GET', KEYS[1])
if not code then
  return { 1 }
end

-- Counted before it is compared: a Redis that takes no more writes fails here, and does not say
-- which codes are wrong. The count lives as long as the code would have. A code that another
-- program wrote without an end counts for ten minutes at a time.
attempts = attempts + 1
local remaining = redis.call('PTTL', KEYS[1])
redis.call('SET', KEYS[2], attempts, 'PX', remaining < 0 and 600000 or math.max(remaining, 1))

-- Lua keeps one copy of equal strings and compares their addresses: the time that this takes
-- does not depend on where they differ.
if code == ARGV[2] then
  redis.call('DEL', KEYS[1], KEYS[2])
  return { 0 }
end
-- With the last attempt the code goes and the count stays, and says that the attempts are used up.
if attempts >= max_attempts then
  redis.call('DEL', KEYS[1])
end
record(KEYS[3], now, quotas)
return { 2, max_attempts - attempts }
