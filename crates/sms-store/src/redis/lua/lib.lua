-- What every script begins with. Times are milliseconds since the Unix epoch.

local server_time = redis.call('TIME')
server_time = server_time[1] * 1000 + math.floor(server_time[2] / 1000)

-- The last argument says until when the step may be begun. Whoever asked for it has given up waiting
-- by then, was told that nothing was done, and may have asked again.
local deadline = table.remove(ARGV)
if server_time > tonumber(deadline) then
  return redis.error_reply(string.format('LATE %.0f', server_time))
end

-- The server's time, so that the clocks of instances don't matter, unless the caller passes one
-- in, as tests do.
local function clock(given)
  return given ~= '' and tonumber(given) or server_time
end

-- Reads quotas out of ARGV: how many, then limit and window of each. Also gives the index of
-- what follows them.
local function read_quotas(at)
  local quotas = { largest_limit = 0, longest_window = 0 }
  local count = tonumber(ARGV[at])
  for i = 1, count do
    local limit, window = tonumber(ARGV[at + 2 * i - 1]), tonumber(ARGV[at + 2 * i])
    quotas[i] = { limit = limit, window = window }
    quotas.largest_limit = math.max(quotas.largest_limit, limit)
    quotas.longest_window = math.max(quotas.longest_window, window)
  end
  return quotas, at + 2 * count + 1
end

-- How long until every quota has a free slot: the k-th newest time must be as old as its window.
local function wait(log, now, quotas)
  local longest = 0
  for _, quota in ipairs(quotas) do
    local blocking = redis.call('LINDEX', log, quota.limit - 1)
    if blocking then
      longest = math.max(longest, blocking + quota.window - now)
    end
  end
  return longest
end

-- Logs the time now, newest first, and forgets what no quota looks at.
local function record(log, now, quotas)
  if quotas.largest_limit > 0 then
    redis.call('LPUSH', log, string.format('%.0f', now))
    redis.call('LTRIM', log, 0, quotas.largest_limit - 1)
    redis.call('PEXPIRE', log, quotas.longest_window)
  end
end

-- Changes nothing in a list, which a server that may not write refuses: a replica, or a primary that
-- was cut off. What it has may be old, so its answer would be wrong.
local function must_be_writable(list)
  redis.call('LTRIM', list, 0, -1)
end

-- Takes a slot of every quota, or of none. How long until there is one of each; 0 if it was taken.
local function take(log, now, quotas)
  local refused_for = wait(log, now, quotas)
  if refused_for == 0 then
    record(log, now, quotas)
  else
    must_be_writable(log)
  end
  return refused_for
end
