-- What each proxy does itself with a request and its answer, between the check of the key and everything else.
-- Envoy Gateway tries this program before it takes it, with texts for numbers and a sandbox without most of the library.

-- What is offered, with the method that it takes; /v1/models/<id> is too.
local offered = {
  ["/v1/chat/completions"] = "POST",
  ["/v1/completions"] = "POST",
  ["/v1/embeddings"] = "POST",
  ["/v1/models"] = "GET",
}

local function failure(message, kind, code, param)
  local function text(value) return value and '"' .. value .. '"' or "null" end
  return '{"error":{"message":' .. text(message) .. ',"type":' .. text(kind)
    .. ',"param":' .. text(param) .. ',"code":' .. text(code) .. "}}"
end

local request, server = "invalid_request_error", "server_error"
local failures = {
  [400] = failure("The body is not what this path takes: one JSON object, with the fields of OpenAI's API.", request),
  [401] = failure("Incorrect API key provided.", request, "invalid_api_key"),
  [403] = failure("This key may not use this model or host; GET /v1/models on its own host lists what it may.",
    "permission_error", "model_not_allowed"),
  [404] = failure("The model does not answer on this path.", request, "unknown_url"),
  [405] = failure("This path does not take this method.", request, "method_not_allowed"),
  [408] = failure("The request took too long to arrive.", request, "timeout"),
  [413] = failure("The request is larger than 50 MiB.", request, "request_too_large"),
  [415] = failure("The body is no JSON: send it with content-type application/json.", request, "unsupported_media_type"),
  [429] = failure("The tenant's tokens or requests are used up for now; retry-after says in how many seconds there are more.",
    "tokens", "rate_limit_exceeded"),
  [500] = failure("The gateway could not handle the request.", server),
  [502] = failure("The model server broke off; the request may be sent again.", server, "bad_gateway"),
  [503] = failure("The model cannot answer now; the request may be sent again.", server, "unavailable"),
  [504] = failure("The answer took too long.", server, "timeout"),
}
local notOffered = failure("This is not offered here. What is: POST /v1/chat/completions, /v1/completions and "
  .. "/v1/embeddings, GET /v1/models and /v1/models/<id>.", request, "unknown_url")
local noSuchModel = failure("There is no such model, or this key may not use it; GET /v1/models lists what it may.",
  request, "model_not_found", "model")
local retrySeconds = "10"

local function refuse(handle, status, body, headers)
  headers = headers or {}
  headers[":status"] = tostring(status)
  headers["content-type"] = "application/json"
  handle:respond(headers, body)
end

local function tokenFailure(message, status)
  if status == 403 then return failure(message, "permission_error", "token_not_allowed") end
  if status == 503 then return failure(message, server, "unavailable") end
  return failure(message, request, "invalid_api_key")
end

local function identifyByToken(handle, headers, tenant, claims)
  local name, fault, status = readToken(tenant, claims)
  if name == nil then return refuse(handle, status, tokenFailure(fault, status)) end
  -- Without it the routes of the keys are chosen from here on; and it is nobody's business behind here.
  headers:remove("authorization")
  headers:replace("x-freehold-tenant", tenant)
  headers:replace("x-freehold-key", name)
  return tenant
end

-- The client id is `<tenant>`, `<tenant>.<key>` or `<tenant>.<key>.<seconds since 1970 at which it ends>`.
local function identify(handle, headers)
  local checked = handle:streamInfo():dynamicMetadata():get("envoy.filters.http.jwt_authn")
  if type(checked) == "table" then
    for tenant, claims in pairs(checked) do return identifyByToken(handle, headers, tenant, claims) end
  end
  local tenant, key, ends = string.match(headers:get("x-freehold-tenant") or "", "^([^.]+)%.?([^.]*)%.?([^.]*)$")
  if tenant == nil then return refuse(handle, 401, failures[401]) end
  headers:replace("x-freehold-tenant", tenant)
  headers:replace("x-freehold-key", key == "" and "default" or key)
  if ends == "" then return tenant end
  local seconds = tonumber(ends) or 0
  if os.time() < seconds then return tenant end
  local when = os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)
  refuse(handle, 401, failure("This API key expired at " .. when .. ".", request, "invalid_api_key"))
end

-- What the engine keeps of a prompt, for the next one that begins alike, is found by whoever has the same salt. The last of
-- equal names counts, and nothing comes after this one, whatever the client wrote before it.
local function separate(handle, tenant)
  local body = handle:body()
  if body == nil then return end
  local text = body:getBytes(0, body:length())
  local last = #text
  while last > 0 do
    local byte = string.byte(text, last)
    if byte ~= 32 and byte ~= 10 and byte ~= 13 and byte ~= 9 then break end
    last = last - 1
  end
  -- What is no object goes no further than the next filter.
  if string.byte(text, last) ~= 125 then return end
  local comma = string.find(text, "^%s*{%s*}") and "" or ","
  -- It sets content-length as well.
  body:setBytes(string.sub(text, 1, last - 1) .. comma .. '"cache_salt":"' .. tenant .. '"}')
end

local function prepare(handle)
  local headers = handle:headers()
  local tenant = identify(handle, headers)
  if tenant == nil then return end
  local path = string.match(headers:get(":path") or "", "^[^?#]*")
  local model = string.match(path, "^/v1/models/(.+)$")
  local method = offered[path] or (model and "GET")
  if method == nil then return refuse(handle, 404, notOffered) end
  if headers:get(":method") ~= method then return refuse(handle, 405, failures[405], { allow = method }) end
  -- What is packed cannot be counted.
  headers:remove("accept-encoding")
  if model then handle:streamInfo():dynamicMetadata():set("freehold", "model", model) end
  if method == "POST" then separate(handle, tenant) end
end

-- Envoy lets a request pass on which a program fails.
function envoy_on_request(handle)
  local well, why = pcall(prepare, handle)
  if well then return end
  handle:logErr(tostring(why))
  refuse(handle, 500, failures[500])
end

local function write(handle, counted, usage)
  local metadata = handle:streamInfo():dynamicMetadata()
  metadata:set("freehold", "counted", counted)
  for name, value in pairs(usage) do metadata:set("freehold", name, value) end
end

-- AI Gateway counts whole answers. Answers whether it has counted at least what was delivered.
local function settle(handle, delivered)
  local whole = handle:streamInfo():dynamicMetadata():get("io.envoy.ai_gateway")
  local total = whole and whole["llm_total_token"]
  if total == nil or total < delivered then return false end
  write(handle, "gateway", {
    ["in"] = whole["llm_input_token"],
    cached = whole["llm_cached_input_token"],
    out = whole["llm_output_token"],
    total = total,
    -- Not always the one that was asked for: another may stand in.
    served = whole["model_name_override"],
  })
  return true
end

-- What a line of a stream says of tokens, and of which choice: of none if it speaks of all. In an answer's text each
-- quotation mark has a backslash before it, so that nothing which a model says looks like this.
local function usageIn(line)
  local usage = string.match(line, '"usage"%s*:%s*(%b{})')
  if usage == nil then return nil end
  local function tokens(name) return tonumber(string.match(usage, '"' .. name .. '"%s*:%s*(%d+)')) end
  local choice = string.match(line, '"choices"%s*:%s*%[%s*{%s*"index"%s*:%s*(%d+)')
  return choice, {
    ["in"] = tokens("prompt_tokens"),
    cached = tokens("cached_tokens"),
    out = tokens("completion_tokens"),
    total = tokens("total_tokens"),
  }
end

-- Each choice says how many tokens it has so far; those of a conversation share its prompt, and others have their own.
local function add(choices, own)
  local sum = { ["in"] = 0, out = 0 }
  for _, usage in pairs(choices) do
    local prompt = usage["in"] or 0
    sum["in"] = own and sum["in"] + prompt or math.max(sum["in"], prompt)
    sum.out = sum.out + (usage.out or 0)
  end
  sum.total = sum["in"] + sum.out
  return sum
end

-- Tokens are written down as they go out: a client that leaves has had those.
local function countStream(handle)
  local choices, rest, delivered, served = {}, "", 0, nil
  for chunk in handle:bodyChunks() do
    local text = rest .. chunk:getBytes(0, chunk:length())
    local sum, from = nil, 1
    while true do
      local stop = string.find(text, "\n", from, true)
      if stop == nil then break end
      local line = string.sub(text, from, stop - 1)
      local choice, usage = usageIn(line)
      served = served or string.match(line, '"model"%s*:%s*"([^"]*)"')
      if choice then
        choices[choice] = usage
        sum = add(choices, string.find(line, '"object":"text_completion"', 1, true))
      elseif usage and usage.total then
        sum = usage
      end
      from = stop + 1
    end
    rest = string.sub(text, from)
    if sum then
      delivered = sum.total
      sum.served = served
      write(handle, "delivered", sum)
    end
  end
  settle(handle, delivered)
end

-- AI Gateway looks for a stream where a body says `stream` twice, `true` and then `null`, and finds no tokens in the answer,
-- which is none: the engine goes by the last.
local function countWhole(handle)
  if settle(handle, 1) then return end
  local body = handle:body()
  if body == nil then return end
  local _, usage = usageIn(body:getBytes(0, body:length()))
  if usage then write(handle, "gateway", usage) end
end

-- Picks a model out of the list of those that the tenant may use.
local function describe(handle, model)
  local body = handle:body()
  local list = body:getBytes(0, body:length())
  local from = string.find(list, '{"id":"' .. model .. '",', 1, true)
  if from then
    local stop = string.find(list, '},{"id":"', from, true) or string.find(list, "}]}", from, true)
    body:setBytes(string.sub(list, from, stop))
  else
    body:setBytes(noSuchModel)
    handle:headers():replace(":status", "404")
  end
end

local function explain(handle, status)
  local body = handle:body(true)
  -- Headers that were asked for before a body are none any more after it.
  local headers = handle:headers()
  local text = body:getBytes(0, body:length())
  if text == keysAway then
    status = 503
    headers:replace(":status", "503")
  end
  if not string.find(text, '^%s*{%s*"error"%s*:%s*{') then
    local fault = tokenFault(text)
    body:setBytes(fault and tokenFailure(fault, status) or failures[status] or failures[status < 500 and 400 or 500])
    headers:replace("content-type", "application/json")
  end
  local resetSeconds = headers:get("x-ratelimit-reset")
  if status == 429 and resetSeconds then headers:replace("retry-after", resetSeconds) end
  if status == 503 and headers:get("retry-after") == nil then headers:replace("retry-after", retrySeconds) end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local status = tonumber(headers:get(":status")) or 0
  if status >= 400 then return explain(handle, status) end
  local metadata = handle:streamInfo():dynamicMetadata()
  local model = (metadata:get("freehold") or {})["model"]
  if model then return describe(handle, model) end
  local kind = headers:get("content-type") or ""
  if string.find(kind, "text/event-stream", 1, true) then return countStream(handle) end
  countWhole(handle)
end
