import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Country } from "../../../components/country.ts";
import { jurisdiction } from "../../../components/country.ts";
import { judge } from "../../../policies/judge.ts";
import { gatewayOf, host, objects, tenant } from "./planned.ts";

// Whom tokens let in and whom not is tested in the real Envoy: test/engine/door-answers.test.ts.

type Provider = NonNullable<Country["tenants"][string]["oidc"]>;

const jwk = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }) as { x: string };
const key = { kty: "OKP", crv: "Ed25519", x: jwk.x, kid: "one" } as const;
const provider = (name: string, said: Partial<Provider> = {}): Provider => ({
  issuer: `https://id.${name}.example/realms/staff`,
  audience: "freehold",
  jwks: { from: "file", keys: [key] },
  claims: {},
  recorded: "azp",
  ...said,
});
const uri = "https://id.clinic.example:8443/certs";
const tenants = {
  bank: tenant(["apertus"], { oidc: provider("bank", { claims: { scope: 'mo"del\\s\n', azp: "ledger" } }) }),
  clinic: tenant(["apertus"], { oidc: provider("clinic", { jwks: { from: "provider", uri, ca: "clinic-ca" } }) }),
  school: tenant(["apertus"], {
    oidc: provider("school", { jwks: { from: "provider", uri: uri.replace(":8443", "") } }),
  }),
  ban: tenant(["apertus"]),
};

// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
let made: Record<string, any>;
// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
let without: Record<string, any>;
beforeAll(async () => {
  made = objects(await gatewayOf(["apertus"], tenants));
  without = objects(await gatewayOf(["apertus"], { ban: tenant(["apertus"]) }));
});

/** The ways in for tokens that fit a request. */
function begins(headers: Record<string, string>, path: string): string[] {
  const routes = Object.entries(made).filter(([name, { spec }]) => {
    if (!/^HTTPRoute\/(token|prompts)-/.test(name)) return false;
    const [match] = spec.rules[0].matches;
    const fits = ({ name, value }: { name: string; value: string }) => new RegExp(value).test(headers[name] ?? "");
    return new RegExp(`^(?:${match.path.value})$`).test(path) && match.headers.every(fits);
  });
  return routes.map(([name]) => name.replace("HTTPRoute/", ""));
}

describe("a tenant with an identity provider", () => {
  const token = { authorization: "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln-_x", host: `bank.${host}` };

  it("has routes of its own for tokens at its host, one for prompts and one for all else", () => {
    expect(begins(token, "/v1/chat/completions").sort()).toEqual(["prompts-bank", "token-bank"]);
    expect(begins({ ...token, host: `bank.${host}:443` }, "/v1/models")).toEqual(["token-bank"]);
    expect(begins(token, "/v1/files")).toEqual(["token-bank"]);
    // Envoy Gateway puts the longer expression first.
    const path = (name: string) => made[`HTTPRoute/${name}`].spec.rules[0].matches[0].path.value.length;
    expect(path("prompts-bank")).toBeGreaterThan(path("token-bank"));
  });

  it.each([
    ["a key", { ...token, authorization: `Bearer fh-${"a".repeat(43)}` }],
    ["two tokens", { ...token, authorization: `${token.authorization},${token.authorization}` }],
    ["another scheme", { ...token, authorization: token.authorization.replace("Bearer", "Basic") }],
    ["nothing", { host: token.host }],
    ["a tenant without a provider", { ...token, host: `ban.${host}` }],
    ["a host that begins like its own", { ...token, host: `bank-2.${host}` }],
    ["its host below another's", { ...token, host: `bank.clinic.${host}` }],
  ])("leaves %s to the routes of the keys", (_, headers) => {
    expect(begins(headers, "/v1/chat/completions")).toEqual([]);
  });

  it("marks as AI Gateway's only the route for prompts: it would answer lists to anybody", () => {
    const marked = Object.entries(made).filter(
      ([, { metadata }]) => metadata.annotations?.["gateway.envoyproxy.io/ai-gateway-generated"],
    );
    expect(marked.map(([name]) => name).sort()).toEqual(
      ["bank", "clinic", "school"].map((name) => `HTTPRoute/prompts-${name}`),
    );
  });

  it("has its token checked against its own provider alone, and denied where it goes no further", () => {
    const { targetRefs, jwt, authorization } = made["SecurityPolicy/token-bank"].spec;
    expect(targetRefs.map(({ kind, name }: Record<string, string>) => `${kind}/${name}`)).toEqual([
      "HTTPRoute/token-bank",
      "HTTPRoute/prompts-bank",
    ]);
    expect(authorization).toEqual({ defaultAction: "Deny" });
    expect(jwt).toEqual({
      providers: [
        {
          name: "bank",
          issuer: "https://id.bank.example/realms/staff",
          audiences: ["freehold"],
          extractFrom: { headers: [{ name: "Authorization", valuePrefix: "Bearer " }] },
          localJWKS: { type: "Inline", inline: JSON.stringify({ keys: [key] }) },
        },
      ],
    });
  });

  it.each([
    ["clinic", 8443, { caCertificateRefs: [{ group: "", kind: "Secret", name: "clinic-ca" }] }],
    ["school", 443, { wellKnownCACertificates: "System" }],
  ])("has %s's keys fetched from a host whose name is compared", (name, port, authority) => {
    const { remoteJWKS } = made[`SecurityPolicy/token-${name}`].spec.jwt.providers[0];
    expect(remoteJWKS.backendRefs).toEqual([
      { group: "gateway.envoyproxy.io", kind: "Backend", name: `provider.${name}` },
    ]);
    expect(made[`Backend/provider.${name}`].spec).toEqual({
      endpoints: [{ fqdn: { hostname: "id.clinic.example", port } }],
      tls: { ...authority, sni: "id.clinic.example" },
    });
    const ports = made["NetworkPolicy/freehold-proxies"].spec.egress.flatMap(({ ports = [] }) => ports);
    expect(ports).toContainEqual({ protocol: "TCP", port });
  });

  it("is told to the proxies' program, in texts that nothing written in the file can end", () => {
    const program = made["EnvoyExtensionPolicy/ai"].spec.lua[0].inline;
    expect(program).toContain(
      '  ["bank"] = { recorded = "azp", claims = { ["scope"] = "mo\\034del\\092s\\010", ["azp"] = "ledger" } },\n',
    );
    expect(program).toContain('  ["clinic"] = { recorded = "azp", claims = {  } },\n');
    expect(program).not.toContain('["ban"]');
  });

  it("is the only one whose routes may have a policy of their own", () => {
    const allowed = made["ValidatingAdmissionPolicy/gateway-policies.freehold.dev"].spec.validations[0].expression;
    for (const name of ["bank", "clinic", "school"]) expect(allowed).toContain(`"securitypolicies/token-${name}"`);
    expect(allowed).not.toContain('token-ban"');
  });
});

it("leaves nothing behind where no tenant has a provider", () => {
  expect(Object.keys(without).filter((name) => /token|prompts|provider/.test(name))).toEqual([]);
  expect(without["EnvoyExtensionPolicy/ai"].spec.lua[0].inline).toContain("local providers = {\n}");
});

it("comes and goes with few objects, and touches none of other tenants'", async () => {
  const byName = async (oidc?: Provider) => {
    const made = objects(
      await gatewayOf(["apertus"], { ...tenants, ban: tenant(["apertus"], { ...(oidc && { oidc }) }) }),
    );
    return new Map(Object.entries(made).map(([name, object]) => [name, JSON.stringify(object)]));
  };
  const [before, after] = [await byName(), await byName(provider("ban"))];
  const names = [...after.keys()].sort();
  expect(names.filter((name) => !before.has(name))).toEqual([
    "HTTPRoute/prompts-ban",
    "HTTPRoute/token-ban",
    "SecurityPolicy/token-ban",
  ]);
  expect(names.filter((name) => before.has(name) && before.get(name) !== after.get(name))).toEqual([
    "EnvoyExtensionPolicy/ai",
    "ValidatingAdmissionPolicy/gateway-policies.freehold.dev",
  ]);
});

it("is refused by the guards too where the provider is abroad, whoever made the gateway", async () => {
  const operator = { name: "Alpen AI", domain: "alpen-ai.example" };
  const guards = { hosts: ["id.bank.example"], registries: [] };
  const here = jurisdiction({ country: "CH", operator, registry: "registry.alpen-ai.example", guards });
  const broken = async (at: string) => {
    const oidc = provider("bank", {
      issuer: `https://${at}/x`,
      jwks: { from: "provider", uri: `https://${at}/certs` },
    });
    const { findings } = judge(await gatewayOf(["apertus"], { bank: tenant(["apertus"], { oidc }) }), here);
    return [...new Set(findings.filter(({ name }) => /token|provider/.test(name)).map(({ rule }) => rule))].sort();
  };
  expect(await broken("id.bank.example")).toEqual([]);
  expect(await broken("login.microsoftonline.com")).toEqual(["access-from-here", "data-stays-here"]);
});
