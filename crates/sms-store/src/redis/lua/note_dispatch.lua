-- KEYS: delivery. ARGV: time or '', {region}:{our name of the message}, TTL.
-- Answer: {0, what is known} if the final word was there already and is told now, else {1, what is
-- known}.
local dispatch, word = read_delivery(KEYS[1])
local was_known = dispatch ~= ''
dispatch = earlier(dispatch, written(clock(ARGV[1])) .. ':' .. ARGV[2])
local known = keep_delivery(KEYS[1], dispatch, word, not was_known and ARGV[3])
return {not was_known and has_fate(dispatch, word) and 0 or 1, known}
