-- Run inside Redis: one key of a kind for each of FIRST to LAST, as the server would have left it.
-- ARGV: kind, FIRST, LAST.
local kind = ARGV[1]
local minute, hour, day = 60000, 3600000, 86400000
local time = redis.call('TIME')
local now = string.format('%010d%03d', time[1], math.floor(time[2] / 1000))

local function number(n)
  return string.format('sms_13%09d', n)
end

local function beside(n, what)
  return '{' .. number(n) .. '}:' .. what
end

local function address(n)
  return string.format('ip:sms:114.%d.%d.%d', math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256)
end

local make = {
  filler = function(n) return 'filler_' .. n, 'x', day end,
  picture = function(n) return string.format('img_f47ac10b-58cc-4372-a567-%012d', n), 'abcd', 5 * minute end,
  code = function(n) return number(n), '123456', 5 * minute end,
  sends_1 = function(n) return beside(n, 'sends'), now, day end,
  sends_10 = function(n) return beside(n, 'sends'), string.rep(now, 10), day end,
  address_1 = function(n) return address(n), now, hour end,
  address_60 = function(n) return address(n), string.rep(now, 60), hour end,
  attempts = function(n) return beside(n, 'attempts'), '1', 5 * minute end,
  failures_1 = function(n) return beside(n, 'failures'), now, day end,
  failures_20 = function(n) return beside(n, 'failures'), string.rep(now, 20), day end,
}

for n = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local key, value, ttl = make[kind](n)
  redis.call('SET', key, value, 'PX', ttl)
end
return redis.status_reply('OK')
