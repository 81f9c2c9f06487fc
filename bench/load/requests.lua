-- For wrk: sends the requests of a file, one after another, and reports as JSON.
-- Usage: wrk -t1 -s requests.lua <url> -- <file> <position in it>
-- Before each request in the file stands its length, as four digits.

local sender

function setup(thread)
  sender = thread
end

function init(args)
  file = assert(io.open(args[1], "rb"))
  position = tonumber(args[2])
  file:seek("set", position)
end

function request()
  local digits = file:read(4)
  if digits == nil then
    position = 0
    file:seek("set", 0)
    digits = file:read(4)
  end
  local length = tonumber(digits)
  position = position + 4 + length
  return file:read(length)
end

function done(summary, latency)
  local errors = summary.errors
  local faults = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"answers":%d,"seconds":%.6f,"faults":%d,"p50Ms":%.3f,"p99Ms":%.3f,"position":%d}\n',
    summary.requests, summary.duration / 1e6, faults,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, sender:get("position")))
end
