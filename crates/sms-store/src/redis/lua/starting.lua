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
    return 2, remaining_of(current, now)
  elseif current.status == 'p' then
    local _, sends = string.gsub(current.sends, '@', '')
    if sends >= tonumber(max_sends) then
      return 3, remaining_of(current, now)
    end
  end
end

-- Adds a message to the pending verification; if there is none, begins one with it. Gives the one that goes
-- on as it is then; nil if one is begun.
local function add_send(key, now, current, canceled, start)
  local at = written(now)
  local send = start.send .. '@' .. at
  if current and current.status == 'p' then
    current.sends = current.sends == '' and send or current.sends .. ',' .. send
    current.updated = at
    keep_verifications(key, now, current, canceled)
    return current
  end
  if current then
    table.insert(canceled, current)
  end
  while #canceled > MOST_CANCELED do
    table.remove(canceled, 1)
  end
  local begun = {
    sid = start.sid, status = 'p', checks = '0', created = at, updated = at, ttl = start.ttl,
    code = kept_form(start.shown_at, now), sealed = start.sealed, sends = send,
  }
  if #canceled == 0 then
    redis.call('SET', key, written_line(begun), 'PX', start.ttl)
  else
    keep_verifications(key, now, begun, canceled)
  end
end

-- The code of a verification, as our instances can read it.
local function readable_code(v)
  return v.sealed == '-' and v.code or v.sealed
end
