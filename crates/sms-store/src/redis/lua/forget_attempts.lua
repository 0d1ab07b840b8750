-- What is done after attempts were added: HSET with what is kept of each under its name,
--   AT VERIFICATION SERVICE NUMBER LENGTH CONVERTED UPDATED STATE CODE
-- and ZADD with its time and its name. Times are milliseconds; CONVERTED is 1 once its verification was
-- approved, else 0; STATE is s for sent, d for delivered, f for failed; CODE is the provider's word on why,
-- or '-'.
--
-- KEYS: names of attempts, what is kept of them. ARGV: time of the newest, how many were added, ttl, most
-- attempts.

-- Attempts that are over are forgotten whenever their count comes to another sixteen, and then all at once
-- but for what would take too long; a few attempts are looked at each time.
local ROUND = 16

local now, added, ttl, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
-- Twice as long as is needed, so that this has to be done again after as long as that.
if redis.call('PTTL', KEYS[1]) < ttl then
  redis.call('PEXPIRE', KEYS[1], 2 * ttl)
  redis.call('PEXPIRE', KEYS[2], 2 * ttl)
end
local count = redis.call('ZCARD', KEYS[1])
if count >= ROUND and math.floor(count / ROUND) == math.floor((count - added) / ROUND) then
  return redis.status_reply('OK')
end

-- Those past their time are the first ones, as are those that are too many.
local past = redis.call('ZCOUNT', KEYS[1], '-inf', now - ttl)
local over = math.min(math.max(past, count - most), 4 * math.max(ROUND, added))
if over > 0 then
  local sids = redis.call('ZRANGE', KEYS[1], 0, over - 1)
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1)
  redis.call('HDEL', KEYS[2], unpack(sids))
end
return redis.status_reply('OK')
