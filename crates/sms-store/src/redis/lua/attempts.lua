-- What scripts about attempts begin with, after lib.lua. Their names are in a sorted set by the time
-- of each, and what is kept of each is in a hash:
--   AT VERIFICATION SERVICE NUMBER REGION LENGTH CONVERTED UPDATED STATE CODE
-- CONVERTED is 1 once its verification was approved, else 0; STATE is s for sent, d for delivered, f
-- for failed; CODE is the provider's word on why, or '-'.

-- Attempts that are over are forgotten with every sixteenth new one, and then all at once but for what
-- would take too long; a few attempts are looked at each time.
local ROUND = 16
local FORGOTTEN = 4 * ROUND

local function forget_attempts(index, data, sids)
  if #sids > 0 then
    redis.call('ZREM', index, unpack(sids))
    redis.call('HDEL', data, unpack(sids))
  end
end

-- Adds an attempt, and keeps all of them for at least `ttl` milliseconds more.
local function add_attempt(index, data, sid, now, what, ttl, most)
  local at = written(now)
  redis.call('ZADD', index, at, sid)
  redis.call('HSET', data, sid, at .. ' ' .. what .. ' 0 ' .. at .. ' s -')
  -- Twice as long as is needed, so that this has to be done again after as long as that.
  if redis.call('PTTL', index) < tonumber(ttl) then
    redis.call('PEXPIRE', index, 2 * ttl)
    redis.call('PEXPIRE', data, 2 * ttl)
  end
  local count = redis.call('ZCARD', index)
  if count >= ROUND and count % ROUND ~= 0 then
    return
  end
  local over = math.min(count - most, FORGOTTEN)
  if over > 0 then
    forget_attempts(index, data, redis.call('ZRANGE', index, 0, over - 1))
  end
  local past = redis.call('ZRANGEBYSCORE', index, '-inf', now - ttl, 'LIMIT', 0, FORGOTTEN)
  forget_attempts(index, data, past)
end
