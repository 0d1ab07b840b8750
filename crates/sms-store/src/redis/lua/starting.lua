-- How a verification is begun, or its code sent again, after verifications.lua.

-- How many canceled verifications are remembered.
local MOST_CANCELED = 10

-- Why it may not, but for the quotas of the number, and how long; nil if it may.
-- 1 the number is blocked; 2 the checks are used up; 3 the messages are.
local function start_refusal(keys, now, current, max_sends, failures_at)
  local failures = read_log(keys.failures, failures_at)
  local refused_for = blocked_for(keys.safe, keys.failures, failures, now, failures_at)
  if refused_for > 0 then
    return 1, refused_for
  elseif not current then
    return nil
  elseif current.status == 'm' then
    return 2, current.expires - now
  elseif current.status == 'p' and count_sends(current) >= max_sends then
    return 3, current.expires - now
  end
end

-- Adds a message to the pending verification; if there is none, begins one with it. Gives it as it is
-- then.
local function add_send(key, now, current, canceled, start)
  local send = start.send .. '@' .. whole(now)
  if current and current.status == 'p' then
    current.sends = current.sends == '' and send or current.sends .. ',' .. send
    current.updated = whole(now)
  else
    if current then
      table.insert(canceled, current)
    end
    while #canceled > MOST_CANCELED do
      table.remove(canceled, 1)
    end
    local code = ARGV[start.shown_at + 2]
    if ARGV[start.shown_at] == 'hmac1' then
      code = digest(whole(now), code)
    end
    current = {
      sid = start.sid, status = 'p', checks = 0,
      created = whole(now), updated = whole(now), expires = whole(now + start.ttl),
      code = code, sealed = start.sealed, sends = send,
    }
  end
  keep_verifications(key, now, current, canceled)
  return current
end

-- The code of a verification, as our instances can read it.
local function readable_code(v)
  return v.sealed == '-' and v.code or v.sealed
end
