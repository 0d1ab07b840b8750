-- What scripts about attempts begin with, after lib.lua. Their names are in a sorted set by the time
-- of each, and what is kept of each is in a hash:
--   AT VERIFICATION SERVICE NUMBER REGION LENGTH CONVERTED UPDATED STATE CODE
-- CONVERTED is 1 once its verification was approved, else 0; STATE is s for sent, d for delivered, f
-- for failed; CODE is the provider's word on why, or '-'.

-- How many of those that are over are forgotten with each new one: more than one, so that they never
-- pile up; few, so that no step takes long.
local FORGOTTEN = 4

local function forget_attempts(index, data, sids)
  if #sids > 0 then
    redis.call('ZREM', index, unpack(sids))
    redis.call('HDEL', data, unpack(sids))
  end
end

-- Adds an attempt, and keeps all of them for at least `ttl` milliseconds more.
local function add_attempt(index, data, sid, at, what, ttl, most)
  at = string.format('%.0f', at)
  redis.call('ZADD', index, at, sid)
  redis.call('HSET', data, sid, at .. ' ' .. what .. ' 0 ' .. at .. ' s -')
  -- Twice as long as is needed, so that this has to be done again after as long as that.
  if redis.call('PTTL', index) < tonumber(ttl) then
    redis.call('PEXPIRE', index, 2 * ttl)
    redis.call('PEXPIRE', data, 2 * ttl)
  end
  local over = math.min(redis.call('ZCARD', index) - most, FORGOTTEN)
  if over > 0 then
    forget_attempts(index, data, redis.call('ZRANGE', index, 0, over - 1))
  end
  local first = redis.call('ZRANGE', index, 0, FORGOTTEN - 1, 'WITHSCORES')
  local past = {}
  for i = 1, #first, 2 do
    if first[i + 1] + ttl <= tonumber(at) then
      table.insert(past, first[i])
    end
  end
  forget_attempts(index, data, past)
end
