-- What scripts about the code of the Django face begin with, after shown.lua.

-- What is kept of the code under a key. What has another form than codes are kept in is none: it is
-- from before the form was changed.
local function read_code(key, shown_at)
  local kept = redis.call('GET', key)
  local has_form = kept and (issued_at(kept) ~= nil) == (ARGV[shown_at] == 'hmac1')
  return has_form and kept
end

-- How long the code lives on, in milliseconds. One that another program wrote without an end counts
-- for ten minutes at a time.
local function remaining(code_key)
  local ttl = redis.call('PTTL', code_key)
  return ttl < 0 and 600000 or math.max(ttl, 1)
end

-- Keeps the code of a number in place of any older one, whose attempts and sender are forgotten.
local function keep_code(code_key, attempts_key, sender_key, shown_at, now, ttl)
  redis.call('SET', code_key, kept_form(shown_at, now), 'PX', ttl)
  redis.call('DEL', attempts_key, sender_key)
end
