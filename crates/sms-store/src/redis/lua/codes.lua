-- What scripts that touch a code begin with, after lib.lua. Codes are kept in one of two forms:
-- plain  the code itself
-- hmac1  hmac1:{issued at}:{SHA-1 of issued at, ':' and a proof}. The proof is a digest under a key
--        that Redis does not know, so the code can't be found by trying; the time of issue makes
--        each value another one.
--
-- What is shown of a code stands in ARGV from some index on: the form in which codes are kept, how
-- many ways there are to show this one, and each of them.

local function after_shown(at)
  return at + 2 + ARGV[at + 1]
end

local function digest(issued_at, proof)
  return 'hmac1:' .. issued_at .. ':' .. redis.sha1hex(issued_at .. ':' .. proof)
end

-- When a digest was issued; nil if what is kept is none.
local function issued_at(kept)
  return string.match(kept, '^hmac1:(%d+):%x+$')
end

-- What is kept of the code under a key. What has another form than codes are kept in is none: it is
-- from before the form was changed.
local function read_code(key, shown_at)
  local kept = redis.call('GET', key)
  local has_form = kept and (issued_at(kept) ~= nil) == (ARGV[shown_at] == 'hmac1')
  return has_form and kept
end

-- Whether it is the code that is shown. Lua keeps one copy of equal strings and compares their
-- addresses: the time that this takes does not depend on where they differ.
local function is_code(kept, shown_at)
  local issued = issued_at(kept)
  for i = shown_at + 2, after_shown(shown_at) - 1 do
    if kept == (issued and digest(issued, ARGV[i]) or ARGV[i]) then
      return true
    end
  end
  return false
end

-- How long the code lives on, in milliseconds. One that another program wrote without an end counts
-- for ten minutes at a time.
local function remaining(code_key)
  local ttl = redis.call('PTTL', code_key)
  return ttl < 0 and 600000 or math.max(ttl, 1)
end

-- Keeps the code of a number in place of any older one, whose attempts and sender are forgotten.
local function keep_code(code_key, attempts_key, sender_key, shown_at, now, ttl)
  local code = ARGV[shown_at + 2]
  if ARGV[shown_at] == 'hmac1' then
    code = digest(string.format('%.0f', now), code)
  end
  redis.call('SET', code_key, code, 'PX', ttl)
  redis.call('DEL', attempts_key, sender_key)
end
