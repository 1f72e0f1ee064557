import type { Country } from "../country.ts";
import { hostsOf, toListener } from "./names.ts";

type Provider = NonNullable<Country["tenants"][string]["oidc"]>;
type Providers = Record<string, { oidc?: Provider | undefined }>;

/** Where one tenant's tokens come in, as contents of objects; `backend` only where the provider is asked for its keys. */
export type TokenEntry = { tenant: string; routes: Record<string, object>; policy: object; backend?: object };

/** Names of the objects by which a tenant's tokens come in, and of the answer behind them all. */
export const tokenNames = {
  entry: (tenant: string) => `token-${tenant}`,
  prompts: (tenant: string) => `prompts-${tenant}`,
  // Names of models, beside which it stands, have no dot.
  provider: (tenant: string) => `provider.${tenant}`,
  dead: "token-none",
};

/**
 * The ways in for tokens: two routes for each tenant with an identity provider, which take what looks like a token at that
 * tenant's host, and a policy for these, which knows that provider alone. Behind the check the proxies' own program takes the
 * token off, so that they no longer fit and the route of the keys is chosen, with its permissions and limits. Where that
 * does not come about, it ends here: the policy denies, and the routes lead nowhere.
 */
export function tokenEntries(tenants: Providers, gatewayHost: string): TokenEntry[] {
  return providersOf(tenants).map(([tenant, oidc]) => {
    const route = (path: string) => ({
      parentRefs: [toListener],
      hostnames: [`*.${gatewayHost}`],
      rules: [{ matches: [looksLikeToken(path, tenant, gatewayHost)], filters: [answered(tokenNames.dead)] }],
    });
    const names = [tokenNames.entry(tenant), tokenNames.prompts(tenant)] as const;
    return {
      tenant,
      routes: {
        [names[0]]: { spec: route("/.*") },
        // AI Gateway's part stands in the way of routes that are marked as its own, judged by the first that is chosen. It
        // reads which model is asked for, but answers /v1/models too, to anybody.
        [names[1]]: {
          metadata: { annotations: { "gateway.envoyproxy.io/ai-gateway-generated": "true" } },
          spec: route("/v1/(chat/completions|completions|embeddings)"),
        },
      },
      policy: {
        targetRefs: names.map((name) => ({ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name })),
        jwt: {
          providers: [
            {
              // The program reads the tenant from it.
              name: tenant,
              issuer: oidc.issuer,
              audiences: [oidc.audience],
              extractFrom: { headers: [{ name: "Authorization", valuePrefix: "Bearer " }] },
              ...keysOf(tenant, oidc),
            },
          ],
        },
        authorization: { defaultAction: "Deny" },
      },
      ...backendOf(oidc),
    };
  });
}

/** What is answered on a token's way in, should nothing have led away from it. */
export const deadEnd = {
  spec: {
    directResponse: {
      statusCode: 500,
      contentType: "application/json",
      body: { type: "Inline", inline: JSON.stringify({ error: { message: "The gateway could not read the token." } }) },
    },
  },
};

/** Tenants with an identity provider, and it. */
export function providersOf(tenants: Providers): [string, Provider][] {
  return Object.entries(tenants).flatMap(([tenant, { oidc }]) => (oidc ? [[tenant, oidc]] : []));
}

/** Hosts and ports that the proxies ask for providers' keys. */
export function providerHosts(tenants: Providers): { host: string; port: number }[] {
  return providersOf(tenants).flatMap(([, { jwks }]) => (jwks.from === "provider" ? [addressOf(jwks.uri)] : []));
}

/** A key has no dots. A regular expression for the path goes before all other paths here, and a longer one before others. */
function looksLikeToken(path: string, tenant: string, gatewayHost: string) {
  return {
    path: { type: "RegularExpression", value: path },
    headers: [
      { type: "RegularExpression", name: "authorization", value: "^Bearer [\\w-]+\\.[\\w-]*\\.[\\w-]*$" },
      { type: "RegularExpression", name: "host", value: hostsOf([tenant], gatewayHost) },
    ],
  };
}

function answered(name: string) {
  return { type: "ExtensionRef", extensionRef: { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name } };
}

function keysOf(tenant: string, { jwks }: Provider) {
  if (jwks.from === "file") return { localJWKS: { type: "Inline", inline: JSON.stringify({ keys: jwks.keys }) } };
  const backendRefs = [{ group: "gateway.envoyproxy.io", kind: "Backend", name: tokenNames.provider(tenant) }];
  return { remoteJWKS: { uri: jwks.uri, cacheDuration: "300s", backendRefs } };
}

/** By the URL alone any certificate would do that an authority has signed, whosever it is; here the host's name is compared. */
function backendOf({ jwks }: Provider) {
  if (jwks.from === "file") return {};
  const { host, port } = addressOf(jwks.uri);
  const authority =
    jwks.ca === undefined
      ? { wellKnownCACertificates: "System" }
      : { caCertificateRefs: [{ group: "", kind: "Secret", name: jwks.ca }] };
  return { backend: { endpoints: [{ fqdn: { hostname: host, port } }], tls: { ...authority, sni: host } } };
}

function addressOf(uri: string) {
  const { hostname, port } = new URL(uri);
  return { host: hostname, port: Number(port || 443) };
}
