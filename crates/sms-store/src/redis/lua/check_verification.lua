-- KEYS: verifications, failures, safe. ARGV: time or '', its name or '' for the current one, most
-- checks, quotas of failures, what is shown of the code that was given.
-- {0, 0, what is told} right; {1, 0, what is told} wrong; {2, 0, ''} nothing to compare with;
-- {3, wait, ''} too many, nothing compared.
local now = clock(ARGV[1])
local failures_at = 4
local shown_at = after_quotas(failures_at)
local current, canceled = read_verifications(KEYS[1], now, ARGV[shown_at])
if not current or current.status == 'c' or (ARGV[2] ~= '' and ARGV[2] ~= current.sid) then
  must_be_writable(KEYS[1], '')
  return { 2, 0, '' }
end
if current.status == 'm' then
  must_be_writable(KEYS[1], '')
  return { 3, remaining_of(current, now), '' }
end
local failures = read_log(KEYS[2], failures_at)
local refused_for = blocked_for(KEYS[3], KEYS[2], failures, now, failures_at)
if refused_for > 0 then
  must_be_writable(KEYS[1], '')
  return { 3, refused_for, '' }
end

-- Counted before it is compared, as in check.lua.
current.checks = current.checks + 1
current.updated = written(now)
keep_verifications(KEYS[1], now, current, canceled)

if is_code(current.code, shown_at) then
  keep_verifications(KEYS[1], now, nil, canceled)
  return { 0, 0, told(current, 'a') }
end
local answer = told(current)
if current.checks >= tonumber(ARGV[3]) then
  current.status, current.code, current.sealed = 'm', '-', '-'
  keep_verifications(KEYS[1], now, current, canceled)
end
record(KEYS[2], failures, now, failures_at)
return { 1, 0, answer }
