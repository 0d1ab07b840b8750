-- KEYS: one that is never there.
-- Whether scripts run and may write: a server that answers PING may still be loading its data, be
-- a replica, or have no room on its disk.
redis.call('DEL', KEYS[1])
return redis.status_reply('OK')
