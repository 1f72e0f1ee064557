-- Who comes by a token of a tenant's identity provider. It stands before door.lua, in one program with it.

-- By tenant that has a provider: the claim that is recorded, and those that a token has to have. Filled in when the gateway
-- is made.
local providers = {}

-- What clients are told, by what Envoy says of a token.
local keysAway = "Jwks remote fetch is failed"
local tokenFaults = {
  ["Jwt is expired"] = "This token has expired.",
  ["Jwt not yet valid"] = "This token is not good yet.",
  ["Audiences in Jwt are not allowed"] = "This token is for another audience.",
  [keysAway] = "The keys of the tenant's identity provider cannot be had now; the request may be sent again.",
}
local otherToken = "This token is not good here: its form, its signature or its issuer is another."

local function tokenFault(text)
  return tokenFaults[text] or (string.find(text, "^Jw[tk]") and otherToken or nil)
end

local function hasClaim(claim, wanted)
  if type(claim) ~= "table" then return claim == wanted end
  for _, each in pairs(claim) do
    if each == wanted then return true end
  end
  return false
end

-- The name under which a token goes into the records, or why it is no good, although Envoy has checked it against the keys,
-- issuer and audience of that tenant's provider.
local function readToken(tenant, claims)
  local provider = providers[tenant]
  if provider == nil then return nil, otherToken, 401 end
  if type(claims.exp) ~= "number" then return nil, "This token has no end (exp).", 401 end
  for name, wanted in pairs(provider.claims) do
    if not hasClaim(claims[name], wanted) then return nil, "This token lacks a claim that its tenant asks for.", 403 end
  end
  -- Nothing that could pass for a key's name, nor fill a record.
  local said = claims[provider.recorded]
  local fits = type(said) == "string" and #said <= 100 and string.find(said, "^[%w._:/@-]+$")
  return fits and "oidc:" .. said or "oidc"
end

