-- All that must hold before a message of a verification goes out in one go, for a Redis that is not a
-- cluster.
-- KEYS: verifications, sends, failures, safe, budget, and the log of each bucket.
-- ARGV: time or '', name of a new one, name of the message, ttl, most messages, sealed code or '-', what
-- is shown of the code, quotas of sends, of failures, of the budget, of each bucket.
-- {0, slot, wait until the next one} may be sent, and a new one is begun; {0, slot, wait until the next
-- one, what is told, code} it goes on; {1, wait} number blocked; {2, wait} checks used up; {3, wait} messages
-- used up; {4, wait} number too often; {5, wait} a bucket is full; {6, wait} budget spent.
local now = clock(ARGV[1])
local FIRST_BUCKET = 6
local shown_at, sends_at = 7, 9
local failures_at = after_quotas(sends_at)
local budget_at = after_quotas(failures_at)

local function refused(why, refused_for)
  must_be_writable(KEYS[1], '')
  return { why, refused_for }
end

local current, canceled = read_verifications(KEYS[1], now, ARGV[shown_at])
local keys = { failures = KEYS[3], safe = KEYS[4] }
local why, refused_for = start_refusal(keys, now, current, ARGV[5], failures_at)
if why then
  return refused(why, refused_for)
end

local buckets = {}
local bucket_at = budget_at
refused_for = 0
for i = FIRST_BUCKET, #KEYS do
  bucket_at = after_quotas(bucket_at)
  local times = read_log(KEYS[i], bucket_at)
  refused_for = math.max(refused_for, wait(KEYS[i], times, now, bucket_at))
  table.insert(buckets, { log = KEYS[i], times = times, at = bucket_at })
end
if refused_for > 0 then
  return refused(5, refused_for)
end

local sends = read_log(KEYS[2], sends_at)
refused_for = wait(KEYS[2], sends, now, sends_at)
if refused_for > 0 then
  return refused(4, refused_for)
end
local budget = read_log(KEYS[5], budget_at)
refused_for = wait(KEYS[5], budget, now, budget_at)
if refused_for > 0 then
  return refused(6, refused_for)
end

sends = record(KEYS[2], sends, now, sends_at)
record(KEYS[5], budget, now, budget_at)
for _, bucket in ipairs(buckets) do
  record(bucket.log, bucket.times, now, bucket.at)
end
local pending = add_send(KEYS[1], now, current, canceled, {
  sid = ARGV[2], send = ARGV[3], ttl = ARGV[4], sealed = ARGV[6], shown_at = shown_at,
})
local answer = { 0, now, wait(KEYS[2], sends, now, sends_at) }
if pending then
  answer[4], answer[5] = told(pending), readable_code(pending)
end
return answer
