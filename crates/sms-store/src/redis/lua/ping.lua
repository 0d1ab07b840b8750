-- KEYS: one that nobody reads.
-- Whether scripts run and may write: a server that answers PING may still be loading its data, be
-- a replica, or have no room left.
redis.call('SET', KEYS[1], '', 'PX', 1)
return redis.status_reply('OK')
