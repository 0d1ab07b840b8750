-- What scripts for those who run the service begin with, after codes.lua. They change the form
-- of no log, because whoever runs them may have other limits than the instances.
--
-- KEYS: code, attempts, sender, sends, failures, safe, verifications of each service.
-- ARGV: time or '', most attempts, form of codes, most times of a log.

local FIRST_SERVICE = 7

-- The times of a log, newest first.
local function times_of(log)
  if redis.call('TYPE', log).ok == 'list' then
    return table.concat(redis.call('LRANGE', log, 0, ARGV[4] - 1))
  end
  return redis.call('GET', log) or ''
end

-- {now, attempts, how long the code lasts or 0, 1 if it is void, 1 if the number is safe, sends,
-- failures, then what is told of the verification of each service or '', and its checks}
local function number_state(now)
  local attempts = tonumber(redis.call('GET', KEYS[2]) or 0)
  local is_void = attempts >= tonumber(ARGV[2])
  local lasts = 0
  if is_void then
    lasts = remaining(KEYS[2])
  elseif read_code(KEYS[1], 3) then
    lasts = remaining(KEYS[1])
  end
  local state = {
    now, attempts, lasts, is_void and 1 or 0, redis.call('EXISTS', KEYS[6]),
    times_of(KEYS[4]), times_of(KEYS[5]),
  }
  for i = FIRST_SERVICE, #KEYS do
    local current = read_verifications(KEYS[i], now)
    local is_told = current and current.status ~= 'c'
    table.insert(state, is_told and told(current) or '')
    table.insert(state, is_told and tonumber(current.checks) or 0)
  end
  return state
end
