-- KEYS: verifications. ARGV: time or '', its name, 'a' approved or 'c' canceled.
-- What is told of it; '' if there is no such pending one.
local now = clock(ARGV[1])
local current, canceled = read_verifications(KEYS[1], now)
if not current or current.status ~= 'p' or current.sid ~= ARGV[2] then
  must_be_writable(KEYS[1], '')
  return ''
end
current.updated = written(now)
if ARGV[3] == 'a' then
  keep_verifications(KEYS[1], now, nil, canceled)
  return told(current, 'a')
end
current.status, current.code, current.sealed = 'c', '-', '-'
keep_verifications(KEYS[1], now, current, canceled)
return told(current)
