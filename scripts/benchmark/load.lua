-- What wrk asks for: `wrk … -s load.lua URL -- KIND FIRST STEP PAUSE`. Each request is about a number and a
-- picture of its own, counted up from FIRST; threads count in turns. Prints one line of JSON.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local function id(n)
  return string.format("f47ac10b-58cc-4372-a567-%012d", n)
end

local function mobile(n)
  return string.format("13%09d", n)
end

local function address(n)
  return string.format("10.%d.%d.%d", math.floor(n / 65536) % 256, math.floor(n / 256) % 256, n % 256)
end

local function send(prefix, n, answer, to)
  local path = prefix .. "/sms_codes/" .. mobile(to or n) .. "/?image_code=" .. answer .. "&image_code_id=" .. id(n)
  return wrk.format("GET", path, { ["X-Forwarded-For"] = address(n) })
end

local function check(n, code)
  local path = "/sms_codes/" .. mobile(n) .. "/verify/"
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["X-Forwarded-For"] = address(n) }
  return wrk.format("POST", path, headers, "sms_code=" .. code)
end

-- What programs.py configures.
local service = "VA00000000000000000000000000000001"
-- AC…01:a token of the benchmark
local authorization = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTphIHRva2VuIG9mIHRoZSBiZW5jaG1hcms="

local function verification(n)
  local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = authorization }
  local body = "To=%2B86" .. mobile(n) .. "&Channel=sms"
  return wrk.format("POST", "/v2/Services/" .. service .. "/Verifications", headers, body)
end

local requests = {
  send = function(n) return send("", n, "AbCd") end,
  posted = function(n) return send("/posted", n, "AbCd") end,
  plain = function(n) return send("/plain", n, "AbCd") end,
  wrong_picture = function(n) return send("", n, "WXYZ") end,
  unknown_picture = function(n) return send("", n, "AbCd") end,
  -- A few numbers get one message each, and everybody else is too early.
  over_quota = function(n) return send("", n, "AbCd", n % 10) end,
  missing = function(n)
    return wrk.format("GET", "/sms_codes/" .. mobile(n) .. "/?image_code=AbCd", { ["X-Forwarded-For"] = address(n) })
  end,
  right = function(n) return check(n, "123456") end,
  wrong = function(n) return check(n, "654321") end,
  picture = function(n)
    return wrk.format("GET", "/image_codes/" .. id(n) .. "/", { ["X-Forwarded-For"] = address(n) })
  end,
  verification = verification,
  hello = function() return wrk.format("GET", "/hello") end,
}

local make, next_n, step, pause
succeeded, refused, failed = 0, 0, 0

function init(args)
  make = requests[args[1]]
  next_n = tonumber(args[2]) + number
  step = tonumber(args[3])
  pause = tonumber(args[4])
end

-- Milliseconds that a connection waits before each request; anything from nothing to twice the
-- pause, so that requests come neither all at once nor in a row.
function delay()
  return pause == 0 and 0 or math.random(0, 2 * pause)
end

function request()
  local n = next_n
  next_n = n + step
  return make(n)
end

function response(status, headers, body)
  if status == 201 then
    succeeded = succeeded + 1
  elseif status ~= 200 then
    failed = failed + 1
  elseif body:find('"code":0', 1, true) or body:byte(1) == 0x89 or body:byte(1) == 0 then
    succeeded = succeeded + 1
  else
    refused = refused + 1
  end
end

function done(summary, latency)
  local sums = { succeeded = 0, refused = 0, failed = 0 }
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do
      sums[name] = sum + thread:get(name)
    end
  end
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.3f,"p99_ms":%.3f,"succeeded":%d,"refused":%d,"failed":%d,"lost":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    sums.succeeded, sums.refused, sums.failed, errors.connect + errors.read + errors.write + errors.timeout))
end
