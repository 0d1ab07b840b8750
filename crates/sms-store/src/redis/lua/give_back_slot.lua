-- KEYS: log. ARGV: the slot.
redis.call('LREM', KEYS[1], 1, ARGV[1])
return redis.status_reply('OK')
