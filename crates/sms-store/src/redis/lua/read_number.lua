-- KEYS, ARGV and answer: numbers.lua.
local state = number_state(clock(ARGV[1]))
must_be_writable(KEYS[1], '')
return state
