-- KEYS: code, attempts, failures, sender. ARGV: time or '', most attempts, quotas of failures, what
-- is shown of the code that was given.
-- {0, 0, sender or ''} right; {1, 0, ''} no code; {2, attempts left, ''} wrong; {3, 0, ''} too many
-- attempts, nothing compared.
local now = clock(ARGV[1])
local max_attempts = tonumber(ARGV[2])
local quotas_at = 3
local shown_at = after_quotas(quotas_at)

local attempts = tonumber(redis.call('GET', KEYS[2]) or 0)
local failures = read_log(KEYS[3], quotas_at)
if attempts >= max_attempts or wait(KEYS[3], failures, now, quotas_at) > 0 then
  must_be_writable(KEYS[2], '')
  return { 3, 0, '' }
end
local code = read_code(KEYS[1], shown_at)
if not code then
  must_be_writable(KEYS[2], '')
  return { 1, 0, '' }
end

-- Counted before it is compared: a Redis that takes no more writes fails here, and does not say
-- which codes are wrong. The count lives as long as the code would have.
attempts = attempts + 1
redis.call('SET', KEYS[2], attempts, 'PX', remaining(KEYS[1]))

if is_code(code, shown_at) then
  local sender = redis.call('GET', KEYS[4]) or ''
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
  return { 0, 0, sender }
end
-- With the last attempt the code goes and the count stays, and says that the attempts are used up.
if attempts >= max_attempts then
  redis.call('DEL', KEYS[1], KEYS[4])
end
record(KEYS[3], failures, now, quotas_at)
return { 2, max_attempts - attempts, '' }
