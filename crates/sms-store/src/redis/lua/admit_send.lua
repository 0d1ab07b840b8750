-- All that must hold before a message goes out in one go, for a Redis that is not a cluster.
-- KEYS: log of the address, text of the picture, budget, code, attempts, sends, sender.
-- ARGV: time or '', answer in lower case, what is shown of the code, its ttl, quotas of the address,
-- of the budget and of the number.
-- {0, slot, wait until the next one} admitted; {1, wait} address too often; {2} no such picture;
-- {3} wrong answer; {4, wait} budget spent; {5, wait} number too often.
local now = clock(ARGV[1])
local shown_at, ttl_at, address_at = 3, 5, 6

local refused_for = take(KEYS[1], now, address_at)
if refused_for > 0 then
  return { 1, refused_for }
end

local text = redis.call('GETDEL', KEYS[2])
if not text then
  return { 2 }
end
if string.lower(text) ~= ARGV[2] then
  return { 3 }
end

local budget_at = after_quotas(address_at)
local budget = read_log(KEYS[3], budget_at)
refused_for = wait(KEYS[3], budget, now, budget_at)
if refused_for > 0 then
  return { 4, refused_for }
end
local sends_at, sends = after_quotas(budget_at)
refused_for, sends = take(KEYS[6], now, sends_at)
if refused_for > 0 then
  return { 5, refused_for }
end
record(KEYS[3], budget, now, budget_at)
keep_code(KEYS[4], KEYS[5], KEYS[7], shown_at, now, ARGV[ttl_at])
return { 0, now, wait(KEYS[6], sends, now, sends_at) }
