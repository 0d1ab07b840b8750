-- KEYS: a text. What it is, '' for none.
local text = redis.call('GET', KEYS[1]) or ''
must_be_writable(KEYS[1], '')
return text
