-- What scripts that touch a code begin with, after lib.lua. Codes are kept in one of two forms:
-- plain  the code itself
-- hmac1  hmac1:{issued at}:{SHA-1 of issued at, ':' and a proof}. The proof is a digest under a key
--        that Redis does not know, so the code can't be found by trying; the time of issue makes
--        each value another one.
--
-- What is shown of a code stands in ARGV from some index on: the form in which codes are kept, and how
-- this one is shown. One that is to be compared may be shown in several ways; they come last.

local function digest(issued_at, proof)
  return 'hmac1:' .. issued_at .. ':' .. redis.sha1hex(issued_at .. ':' .. proof)
end

-- When a digest was issued; nil if what is kept is none.
local function issued_at(kept)
  return string.match(kept, '^hmac1:(%d+):%x+$')
end

-- What is kept of the code that is shown first, if it is issued now.
local function kept_form(shown_at, now)
  local code = ARGV[shown_at + 1]
  return ARGV[shown_at] == 'hmac1' and digest(written(now), code) or code
end
