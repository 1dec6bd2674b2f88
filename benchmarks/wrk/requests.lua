-- Requests for wrk. Arguments: METHOD FILE TOKEN, where FILE holds one "path<TAB>body" a line (body may be empty).
-- The two threads share the lines, each takes every other one, and begin again at the end. Prints one line for
-- benchmarks/api: requests/s, p50 and p99 in ms, and how many requests failed.

local counter = 0
local threads = {}

function setup(thread)
  thread:set("number", counter)
  table.insert(threads, thread)
  counter = counter + 1
end

function init(args)
  method, token = args[1], args[3]
  lines = {}
  local index = 0
  for line in io.lines(args[2]) do
    if index % 2 == number then
      local path, body = line:match("^([^\t]*)\t?(.*)$")
      table.insert(lines, wrk.format(method, path,
        { ["X-Auth-Token"] = token, ["Content-Type"] = "application/json" }, body ~= "" and body or nil))
    end
    index = index + 1
  end
  at = 0
  wrong = 0
end

function request()
  at = at + 1
  if at > #lines then at = 1 end
  return lines[at]
end

function response(status, headers, body)
  if status >= 300 then
    if wrong == 0 then io.stderr:write(status .. " " .. body:sub(1, 300) .. "\n") end
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local wrong = 0
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("wrong") end
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout + wrong
  io.write(string.format("RESULT %.0f %.2f %.2f %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
