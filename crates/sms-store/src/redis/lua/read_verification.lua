-- KEYS: verifications. ARGV: time or '', its name or '' for the latest.
-- What is told of it; '' if there is none.
local now = clock(ARGV[1])
local current, canceled = read_verifications(KEYS[1], now)
must_be_writable(KEYS[1], '')
if current and (ARGV[2] == '' or ARGV[2] == current.sid) then
  return told(current)
end
for i = #canceled, 1, -1 do
  if ARGV[2] == '' or ARGV[2] == canceled[i].sid then
    return told(canceled[i])
  end
end
return ''
