-- Gives a slot back; nothing happens if it is not there.
local function give_back(log, slot)
  slot = written(slot)
  if redis.call('TYPE', log).ok == 'list' then
    redis.call('LREM', log, 1, slot)
    return
  end
  local times = redis.call('GETEX', log) or '' -- counts as a write: see must_be_writable
  for i = 1, #times, DIGITS do
    if string.sub(times, i, i + DIGITS - 1) == slot then
      local left = string.sub(times, 1, i - 1) .. string.sub(times, i + DIGITS)
      if left == '' then
        redis.call('DEL', log)
      else
        redis.call('SET', log, left, 'KEEPTTL')
      end
      return
    end
  end
end
