-- KEYS: delivery. Answer: what is known, ' ' for nothing.
return redis.call('GET', KEYS[1]) or ' '
