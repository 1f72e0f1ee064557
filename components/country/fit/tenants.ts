import { addon } from "../../../catalogue/index.ts";
import { controllerLoad } from "../../gateway/load.ts";
import { tenantHost } from "../../gateway/names.ts";
import { quotaRules } from "../../gateway/quotas.ts";
import type { Finding } from "../fault.ts";
import type { Sound } from "../sound.ts";
import { grouped, show } from "../wording.ts";
import { judgeBudgets } from "./budgets.ts";
import { type Declared, unknownName } from "./names.ts";
import { serversOf, usersOf } from "./servers.ts";
import { judgeTokens } from "./tokens.ts";

/** Models that no tenant can have, and more of tenants than one gateway holds. */
export function judgeTenants(file: Sound, declared: Declared): Finding[] {
  return [
    ...Object.entries(file.tenants ?? {}).flatMap(([name, tenant]) =>
      judgeModels(name, tenant?.models ?? [], declared),
    ),
    ...Object.entries(file.tenants ?? {}).flatMap(([name, tenant]) => judgeKeys(name, tenant?.keys ?? {})),
    ...judgeTokens(file),
    ...judgeBudgets(file),
    ...judgeLimits(file),
    ...judgeLoad(file),
    ...judgeHosts(file),
  ];
}

function judgeModels(name: string, wanted: (string | undefined)[], declared: Declared): Finding[] {
  return wanted.flatMap((model, index) => {
    const at = ["tenants", name, "models", index];
    if (model === undefined || !declared.models) return [];
    if (!declared.models.includes(model)) return [unknownName(at, model, "model", declared.models)];
    if (wanted.indexOf(model) === index) return [];
    return [
      { at, found: `${show(model)}, for the second time`, allowed: "each model once", remedy: `take  - ${model}  out` },
    ];
  });
}

/** An overlap is between two generations, and the first has none before it. */
function judgeKeys(name: string, keys: NonNullable<NonNullable<Sound["tenants"]>[string]>["keys"] & object): Finding[] {
  return Object.entries(keys).flatMap(([key, said]) => {
    if (said?.overlapUntil === undefined || said.generation !== 1) return [];
    return [
      {
        at: ["tenants", name, "keys", key, "overlapUntil"],
        found: `${show(said.overlapUntil)} for generation 1, before which there is none`,
        allowed: "overlapUntil with generation 2 or later",
        remedy: "write  generation: 2  for a new value, or take  overlapUntil  out",
      },
    ];
  });
}

/** One policy holds all limits: a rule for each that differs, and for as many tenants' names as a rule can name. */
function judgeLimits(file: Sound): Finding[] {
  const tenants = limited(file);
  if (Object.keys(tenants).length === 0) return [];
  const { rateLimitRules, selectorLength } = addon("envoy-gateway").limits;
  const rules = quotaRules(tenants).length;
  if (rules <= rateLimitRules!) return [];
  return [
    {
      at: ["tenants"],
      of: "key",
      found: `limits of ${grouped(Object.keys(tenants).length)} tenants that take ${grouped(rules)} rules`,
      allowed: `at most ${rateLimitRules} rules: one for each limit that differs and each ${grouped(selectorLength!)} characters of names under it, and one for the rest`,
      remedy: "give tenants limits in a few sizes, such as tokensPerMinute 100000, 400000 and 1000000",
    },
  ];
}

/** Replicas of one's own take routes of one's own, and the gateway's parts hand all routes to each other in one piece. */
function judgeLoad(file: Sound): Finding[] {
  const users = usersOf(file);
  const tenants = Object.fromEntries(
    Object.entries(limited(file)).map(([name, limits]) => [name, { ...limits, models: users[name]!.models }]),
  );
  if (Object.keys(tenants).length === 0) return [];
  const servers = serversOf(file);
  const named = Object.fromEntries(servers.map((server) => [server.name, { ...server, servedName: server.model }]));
  const { message, settings } = controllerLoad(tenants, named, hostOf(file));
  const { messageBytes, settingsBytes } = addon("ai-gateway").limits;
  const own = servers.filter(({ tenant }) => tenant !== undefined).length;
  const part = Math.max(message / messageBytes!, settings / settingsBytes!);
  if (part <= 1) return [];
  return [
    {
      at: ["tenants"],
      of: "key",
      found: `${grouped(own)} sets of replicas of tenants' own, ${part.toFixed(1)} times what one gateway holds`,
      allowed: `about ${grouped(Math.floor(own / part))} of them with these tenants: each is a route that carries all keys, limits and permissions`,
      remedy:
        "let more tenants share replicas (ownReplicas: 0), or serve some from a country file and a gateway of their own",
    },
  ];
}

function judgeHosts(file: Sound): Finding[] {
  const [longest] = Object.keys(file.tenants ?? {}).sort((a, b) => b.length - a.length);
  const host = file.gateway?.host;
  const called = longest !== undefined && host !== undefined ? tenantHost(longest, host) : "";
  if (called.length <= 253) return [];
  return [
    {
      at: ["gateway", "host"],
      found: `${called.length} characters for the host of ${longest}, <tenant>.<host>`,
      allowed: "at most 253 characters for the host of each tenant, as DNS has it",
      remedy: "give the gateway a shorter host",
    },
  ];
}

/** The tenants whose limits are all sound. */
function limited({ tenants = {} }: Sound) {
  return Object.fromEntries(
    Object.entries(tenants).flatMap(([name, tenant]) => {
      const { requestsPerMinute, tokensPerMinute, tokensPerDay, keys, oidc } = tenant ?? {};
      if (requestsPerMinute === undefined || tokensPerMinute === undefined) return [];
      const takesTokens = oidc !== undefined;
      return [[name, { requestsPerMinute, tokensPerMinute, tokensPerDay, keys: Object.keys(keys ?? {}), takesTokens }]];
    }),
  );
}

function hostOf({ gateway, operator }: Sound): string {
  return gateway?.host ?? `ai.${operator?.domain ?? "example"}`;
}
