-- KEYS: names of attempts, what is kept of them. ARGV: ttl, most attempts, and of each new one its name
-- and what is kept of it:
--   AT VERIFICATION SERVICE NUMBER LENGTH CONVERTED UPDATED STATE CODE
-- Their names are in a sorted set by the time of each. Times are thirteen digits; CONVERTED is 1 once its
-- verification was approved, else 0; STATE is s for sent, d for delivered, f for failed; CODE is the
-- provider's word on why, or '-'.

-- Attempts that are over are forgotten whenever their count comes to another sixteen, and then all at once
-- but for what would take too long; a few attempts are looked at each time.
local ROUND = 16

local ttl, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local names, kept = {}, {}
local now
for i = 3, #ARGV - 1, 2 do
  now = string.sub(ARGV[i + 1], 1, 13)
  names[i - 2], names[i - 1] = now, ARGV[i]
  kept[i - 2], kept[i - 1] = ARGV[i], ARGV[i + 1]
end
local added = redis.call('ZADD', KEYS[1], unpack(names))
redis.call('HSET', KEYS[2], unpack(kept))
-- Twice as long as is needed, so that this has to be done again after as long as that.
if redis.call('PTTL', KEYS[1]) < ttl then
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
  redis.call('PEXPIRE', KEYS[2], 2 * ttl)
end

local count = redis.call('ZCARD', KEYS[1])
if count >= ROUND and math.floor(count / ROUND) == math.floor((count - added) / ROUND) then
  return redis.status_reply('OK')
end

local forgotten = 4 * math.max(ROUND, added)
local function forget(sids)
  if #sids > 0 then
    redis.call('ZREM', KEYS[1], unpack(sids))
    redis.call('HDEL', KEYS[2], unpack(sids))
  end
end

local over = math.min(count - most, forgotten)
if over > 0 then
  forget(redis.call('ZRANGE', KEYS[1], 0, over - 1))
end
forget(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ttl, 'LIMIT', 0, forgotten))
return redis.status_reply('OK')
