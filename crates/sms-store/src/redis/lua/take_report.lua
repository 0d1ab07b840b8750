-- KEYS: delivery. ARGV: time or '', rank, since when or '', TTL of what is not known to be sent.
-- Answer: {0, what is known} for the first final word, {1, …} if the message is not known to be
-- sent, {2, …} if it is still under way, {3, …} if there was a final word before.
local now = clock(ARGV[1])
local since = ARGV[3] ~= '' and math.min(tonumber(ARGV[3]), now) or now
local dispatch, word = read_delivery(KEYS[1])
local had_fate = has_fate(dispatch, word)
local is_new = dispatch == '' and word == ''
word = join(word, ARGV[2] .. ':' .. written(since))
local known = keep_delivery(KEYS[1], dispatch, word, is_new and ARGV[4])
if dispatch == '' then
  return {1, known}
elseif had_fate then
  return {3, known}
end
return {has_fate(dispatch, word) and 0 or 2, known}
