-- KEYS: names of attempts, what is kept of them. ARGV: the latest time or '+inf', as many at most.
-- A name and what is kept of it, and so on: the latest first, and of the same time the greatest name.
local sids = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[1], '-inf', 'LIMIT', 0, ARGV[2])
local answer = {}
for _, sid in ipairs(sids) do
  table.insert(answer, sid)
  table.insert(answer, redis.call('HGET', KEYS[2], sid) or '')
end
return answer
