-- What scripts about verifications begin with, after logs.lua and shown.lua.
--
-- What is kept of a number for a service is lines: the current verification, or '-' for none; then
-- those before it that were canceled and are not over yet. A line is
--   SID STATUS CHECKS CREATED UPDATED TTL CODE SEALED SENDS
-- SID      32 hexadecimal digits
-- STATUS   p pending, c canceled, m too many wrong codes
-- CHECKS   how many codes were compared
-- TTL      how long it lasts from CREATED on
-- CODE     as codes.lua has it; '-' once it can't be given any more
-- SEALED   the code as only our instances can read it, to be sent again; '-' if CODE is the code
-- SENDS    {name}@{when} of each message, with commas between
-- Times are milliseconds since the Unix epoch.

local LINE = '^(%x+) (%a) (%d+) (%d+) (%d+) (%d+) (%S+) (%S+) (%S*)$'

-- How long it lasts yet.
local function remaining_of(v, now)
  return v.created + v.ttl - now
end

local function written_line(v)
  return v.sid .. ' ' .. v.status .. ' ' .. v.checks .. ' ' .. v.created .. ' ' .. v.updated .. ' '
    .. v.ttl .. ' ' .. v.code .. ' ' .. v.sealed .. ' ' .. v.sends
end

-- What may be told of a verification: a line without its count and its code.
local function told(v, status)
  return v.sid .. ' ' .. (status or v.status) .. ' ' .. v.created .. ' ' .. v.updated .. ' '
    .. v.ttl .. ' ' .. v.sends
end

-- The current verification, or nil, and a list of the canceled ones, none of which is over at `now`.
-- A pending one whose code has another form than codes are kept in is none: it is from before the
-- form was changed. So is one with the time of its end in the place of its ttl.
local function read_verifications(key, now, form)
  local kept = redis.call('GET', key)
  if not kept then
    return nil, {}
  end
  local current
  local canceled = {}
  local is_first = true
  for line in string.gmatch(kept, '[^\n]+') do
    local v = {}
    v.sid, v.status, v.checks, v.created, v.updated, v.ttl, v.code, v.sealed, v.sends =
      string.match(line, LINE)
    if v.sid and #v.ttl < DIGITS and remaining_of(v, now) > 0 then
      if not is_first then
        table.insert(canceled, v)
      elseif not form or v.code == '-' or (issued_at(v.code) ~= nil) == (form == 'hmac1') then
        current = v
      end
    end
    is_first = false
  end
  return current, canceled
end

-- Keeps them as long as the last of them lasts.
local function keep_verifications(key, now, current, canceled)
  local lines = { current and written_line(current) or '-' }
  local lasts = current and remaining_of(current, now) or 0
  for _, v in ipairs(canceled) do
    table.insert(lines, written_line(v))
    lasts = math.max(lasts, remaining_of(v, now))
  end
  if lasts > 0 then
    redis.call('SET', key, table.concat(lines, '\n'), 'PX', lasts)
  else
    redis.call('DEL', key)
  end
end

-- How long the failures block the number; a safe one is not blocked.
local function blocked_for(safe_key, failures_key, failures, now, at)
  local refused_for = wait(failures_key, failures, now, at)
  if refused_for > 0 and redis.call('EXISTS', safe_key) == 1 then
    return 0
  end
  return refused_for
end
