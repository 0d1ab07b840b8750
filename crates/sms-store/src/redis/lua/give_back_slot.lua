-- KEYS: log. ARGV: the slot.
give_back(KEYS[1], ARGV[1])
return redis.status_reply('OK')
