-- What scripts about a delivery begin with, after lib.lua. It is kept as "DISPATCH WORD", of which
-- either may be empty:
-- DISPATCH  {accepted at}:{region}:{our name of the message}
-- WORD      {rank}:{at}, with the rank 1 for pending, 2 for failed, 3 for delivered
-- Times have thirteen digits, so of two texts the smaller one is the earlier.

-- What is known: its two parts, empty if there is nothing.
local function read_delivery(key)
  local dispatch, word = string.match(redis.call('GET', key) or ' ', '^(%S*) (%S*)$')
  return dispatch or '', word or ''
end

local function earlier(known, new)
  return known ~= '' and known < new and known or new
end

local function rank(word)
  return tonumber(string.sub(word, 1, 1)) or 0
end

-- The word that counts more; of two that count the same, the earlier.
local function join(known, new)
  if rank(known) == rank(new) then
    return earlier(known, new)
  end
  return rank(known) > rank(new) and known or new
end

local function has_fate(dispatch, word)
  return dispatch ~= '' and rank(word) > 1
end

-- Keeps what is known: for as long as was said before, or from now on for `ttl` milliseconds.
local function keep_delivery(key, dispatch, word, ttl)
  local value = dispatch .. ' ' .. word
  if ttl then
    redis.call('SET', key, value, 'PX', ttl)
  else
    redis.call('SET', key, value, 'KEEPTTL')
  end
  return value
end
