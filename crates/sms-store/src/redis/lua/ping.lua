-- Whether scripts run: a server that only answers PING may still be loading its data.
return redis.status_reply('OK')
