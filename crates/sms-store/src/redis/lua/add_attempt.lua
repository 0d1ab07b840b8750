-- KEYS: names of attempts, what is kept of them. ARGV: its name, its time, what is kept of it, ttl, most
-- attempts.
add_attempt(KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5])
return redis.status_reply('OK')
