-- KEYS: verifications, sends, failures, safe. ARGV: time or '', most messages, quotas of sends, of
-- failures.
-- {0, 0} it may; {1, wait} number blocked; {2, wait} checks used up; {3, wait} messages used up;
-- {4, wait} number too often.
local now = clock(ARGV[1])
local sends_at = 3
local failures_at = after_quotas(sends_at)
local current = read_verifications(KEYS[1], now)
local keys = { failures = KEYS[3], safe = KEYS[4] }
local why, refused_for = start_refusal(keys, now, current, ARGV[2], failures_at)
if not why then
  refused_for = wait(KEYS[2], read_log(KEYS[2], sends_at), now, sends_at)
  why = refused_for > 0 and 4 or 0
end
must_be_writable(KEYS[1], '')
return { why, refused_for }
