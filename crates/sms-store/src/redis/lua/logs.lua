-- What scripts that count begin with, after lib.lua.
--
-- Quotas stand in ARGV from some index on: 'none' alone; or the form of their log, how many there
-- are, the largest limit, the longest window, and then limit and window of each.
--
-- A log has times, newest first. A 'short' one is a string, thirteen digits a time, which is read
-- and written as a whole. A 'long' one is a list.

local DIGITS = 13

local function after_quotas(at)
  return ARGV[at] == 'none' and at + 1 or at + 4 + 2 * ARGV[at + 1]
end

-- Gives a log the form that its quotas want, of a time when the largest limit was another. The times
-- of a short one.
local function change_form(log, at)
  if ARGV[at] == 'short' then
    local times = table.concat(redis.call('LRANGE', log, 0, ARGV[at + 2] - 1))
    redis.call('SET', log, times, 'PX', ARGV[at + 3])
    return times
  end
  local times = redis.call('GET', log)
  redis.call('DEL', log)
  for i = 1, #times, DIGITS do
    redis.call('RPUSH', log, string.sub(times, i, i + DIGITS - 1))
  end
  redis.call('PEXPIRE', log, ARGV[at + 3])
end

-- The times of a short log; nil for a long one, which is asked when needed.
local function read_log(log, at)
  if ARGV[at] == 'short' then
    local times = redis.pcall('GET', log)
    return type(times) == 'table' and change_form(log, at) or times or ''
  elseif ARGV[at] == 'long' and type(redis.pcall('LLEN', log)) == 'table' then
    change_form(log, at)
  end
end

-- Changes nothing, which a server that may not write refuses: a replica, or a primary that was cut
-- off. What it has may be old, so its answer would be wrong. It comes after everything that a server
-- without room refuses: that is looked at no more once a script has written.
local function must_be_writable(log, times)
  if times then
    redis.call('GETEX', log)
  else
    redis.call('LTRIM', log, 0, -1)
  end
end

-- How long until every quota has a free slot: the k-th newest time must be as old as its window.
local function wait(log, times, now, at)
  local longest = 0
  if ARGV[at] == 'none' or times == '' then
    return longest
  end
  for i = at + 4, at + 2 + 2 * ARGV[at + 1], 2 do
    local k, blocking = tonumber(ARGV[i])
    if not times then
      blocking = redis.call('LINDEX', log, k - 1)
    elseif #times >= DIGITS * k then
      blocking = string.sub(times, DIGITS * (k - 1) + 1, DIGITS * k)
    end
    if blocking then
      longest = math.max(longest, blocking + ARGV[i + 1] - now)
    end
  end
  return longest
end

-- Logs the time now and forgets what no quota looks at. Gives the times as they are then.
local function record(log, times, now, at)
  if times then
    times = string.sub(written(now) .. times, 1, DIGITS * ARGV[at + 2])
    redis.call('SET', log, times, 'PX', ARGV[at + 3])
  elseif ARGV[at] == 'long' then
    redis.call('LPUSH', log, written(now))
    redis.call('LTRIM', log, 0, ARGV[at + 2] - 1)
    redis.call('PEXPIRE', log, ARGV[at + 3])
  end
  return times
end

-- Takes a slot of every quota, or of none. How long until there is one of each, 0 if it was taken;
-- and the times as they are then.
local function take(log, now, at)
  local times = read_log(log, at)
  local refused_for = wait(log, times, now, at)
  if refused_for == 0 then
    times = record(log, times, now, at)
  else
    must_be_writable(log, times)
  end
  return refused_for, times
end
