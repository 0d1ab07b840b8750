-- What every script begins with. Times are milliseconds since the Unix epoch.

local time = redis.call('TIME')
local server_time = time[1] * 1000 + math.floor(time[2] / 1000)

-- The last argument says until when the step may be begun. Whoever asked for it has given up waiting
-- by then, was told that nothing was done, and may have asked again.
if server_time > tonumber(ARGV[#ARGV]) then
  return redis.error_reply(string.format('LATE %.0f', server_time))
end

-- The server's time, so that the clocks of instances don't matter, unless the caller passes one
-- in, as tests do.
local function clock(given)
  return given ~= '' and tonumber(given) or server_time
end

-- A time in thirteen digits. Writing a number costs as much as a command, and most times that a script
-- writes are the same one: it is remembered.
local written_time, its_digits
local function written(time)
  if time ~= written_time then
    written_time, its_digits = time, string.format('%013.0f', time)
  end
  return its_digits
end
