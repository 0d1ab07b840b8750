-- KEYS: verifications, sends, failures, safe. ARGV: time or '', name of a new one, name of the
-- message, ttl, most messages, sealed code or '-', what is shown of the code, quotas of sends, of
-- failures.
-- {0, slot, wait until the next one} may be sent, and a new one is begun; {0, slot, wait until the next
-- one, what is told, code} it goes on; {1, wait} number blocked; {2, wait} checks used up; {3, wait} messages
-- used up; {4, wait} number too often.
local now = clock(ARGV[1])
local shown_at, sends_at = 7, 9
local failures_at = after_quotas(sends_at)
local current, canceled = read_verifications(KEYS[1], now, ARGV[shown_at])
local keys = { failures = KEYS[3], safe = KEYS[4] }
local why, refused_for = start_refusal(keys, now, current, ARGV[5], failures_at)
if why then
  must_be_writable(KEYS[1], '')
  return { why, refused_for }
end
local sends
refused_for, sends = take(KEYS[2], now, sends_at)
if refused_for > 0 then
  return { 4, refused_for }
end
local pending = add_send(KEYS[1], now, current, canceled, {
  sid = ARGV[2], send = ARGV[3], ttl = ARGV[4], sealed = ARGV[6], shown_at = shown_at,
})
local answer = { 0, now, wait(KEYS[2], sends, now, sends_at) }
if pending then
  answer[4], answer[5] = told(pending), readable_code(pending)
end
return answer
