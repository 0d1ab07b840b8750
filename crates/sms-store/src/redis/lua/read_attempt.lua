-- KEYS: what is kept of attempts. ARGV: its name. What is kept of it, '' for nothing.
return redis.call('HGET', KEYS[1], ARGV[1]) or ''
