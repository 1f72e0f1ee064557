import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addon } from "../../catalogue/index.ts";
import { definitionsOf } from "../../rehearsal/chart-definitions.ts";
import { gatewayOf, numbered, objects, tenant } from "../components/gateway/planned.ts";
import { startCluster, type TestCluster } from "./cluster.ts";

// The gateway of 300 tenants and 20 models, sent to a real API server with the definitions of the proven versions; and one
// more than each of the limits in the catalogue, which it has to refuse.

// biome-ignore lint/suspicious/noExplicitAny: an object of any kind, to be broken in any place
type Manifest = any;

const models = numbered("model", 20);
const at = `https://${"id.bank.example/".repeat(20).slice(0, 253 - 8)}`;
const provider = {
  issuer: at,
  audience: "freehold",
  jwks: { from: "provider" as const, uri: at, ca: "bank-ca" },
  claims: {},
  recorded: "azp",
};
// Names as long as they may be: texts that name tenants are at their longest.
const names = numbered(`tenant-${"n".repeat(29)}`, 300);
const tenants = Object.fromEntries(
  names.map((name, index) => [
    name,
    tenant(index % 10 === 3 ? models.slice(0, 10) : models, {
      tokensPerMinute: [100_000, 400_000, 1_000_000][index % 3]!,
      ...(index % 5 === 0 && { tokensPerDay: 4_294_967_295 }),
      ...(index % 100 === 0 && { ownReplicas: 1, ownKey: true }),
      ...(index % 10 === 0 && { oidc: provider }),
    }),
  ]),
);

let cluster: TestCluster;
let made: Record<string, Manifest>;
beforeAll(async () => {
  cluster = await startCluster();
  made = objects(await gatewayOf(models, tenants));
  for (const name of ["freehold-gateway", "envoy-gateway-system"]) {
    await cluster.call("POST", "/api/v1/namespaces", {
      metadata: { name, labels: { "app.kubernetes.io/part-of": "freehold" } },
    });
  }
  const crds = ["envoy-gateway", "ai-gateway", "cert-manager"].flatMap((id) =>
    definitionsOf(addon(id), cluster.toolchain.crds.path),
  );
  for (const { text } of crds) {
    const { code } = await cluster.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", parse(text));
    expect(code).toBe(201);
  }
});
afterAll(() => cluster.stop());

describe("300 tenants and 20 models", () => {
  it("are accepted by the API server, object by object", async () => {
    expect(Object.keys(made).length).toBeGreaterThan(150);
    const began = Date.now();
    const said: string[] = [];
    for (const object of Object.values(made)) said.push(...(await refusal(object)));
    expect(said).toEqual([]);
    const [largest, bytes] = Object.entries(made)
      .map(([name, object]) => [name, JSON.stringify(object).length] as const)
      .sort(([, a], [, b]) => b - a)[0]!;
    console.log(
      `${Object.keys(made).length} objects accepted in ${((Date.now() - began) / 1000).toFixed(1)} s, the largest ${largest} of ${Math.ceil(bytes / 1024)} KiB`,
    );
    expect(bytes).toBeLessThan(1024 * 1024);
  });

  it.each<[string, string, (spec: Manifest) => void]>([
    [
      "a rate limit",
      "BackendTrafficPolicy/ai",
      ({ rateLimit }) => fill(rateLimit.global.rules, addon("envoy-gateway").limits.rateLimitRules!),
    ],
    [
      "a character of names in a rate limit",
      "BackendTrafficPolicy/ai",
      ({ rateLimit }) => {
        rateLimit.global.rules[0].clientSelectors[0].headers[0].value = "n".repeat(
          addon("envoy-gateway").limits.selectorLength! + 1,
        );
      },
    ],
    [
      "a token a day",
      "BackendTrafficPolicy/ai",
      ({ rateLimit }) => {
        rateLimit.global.rules[0].limit.requests = addon("envoy-gateway").limits.rateLimit! + 1;
      },
    ],
    [
      "a tenant in a permission",
      "SecurityPolicy/tenants",
      ({ authorization }) =>
        fill(authorization.rules[1].principal.headers[0].values, addon("envoy-gateway").limits.headerValues!),
    ],
    [
      "a character of hosts in a list",
      "HTTPRoute/list-none",
      ({ rules }) => {
        const value = "n".repeat(addon("envoy-gateway").limits.headerValueLength! + 1);
        rules[0].matches[0].headers = [{ name: "host", type: "RegularExpression", value }];
      },
    ],
    [
      "a model on a route",
      "AIGatewayRoute/models-1",
      ({ rules }) => fill(rules, addon("ai-gateway").limits.routeRules!),
    ],
  ])("cannot have %s more than the catalogue says", async (_, name, overdo) => {
    const object = structuredClone(made[name]);
    overdo(object.spec);
    expect((await refusal(object)).join()).toMatch(
      /must have at most|Too (many|long)|should be less than or equal|may not be (more|longer)/,
    );
  });
});

describe("a policy that would take the place of the gateway's", () => {
  beforeAll(async () => {
    for (const kind of ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]) {
      expect(await refusal(made[`${kind}/gateway-policies.freehold.dev`], false)).toEqual([]);
    }
    // The API server takes up a new policy when it gets to it.
    const deadline = Date.now() + 30_000;
    while ((await refusal(stray("SecurityPolicy"))).length === 0 && Date.now() < deadline) await sleep(100);
  });
  const stray = (kind: string): Manifest => ({
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind,
    metadata: { name: "stray", namespace: "freehold-gateway" },
    spec: { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "models-1" }] },
  });

  it.each(["SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy", "EnvoyExtensionPolicy"])(
    "is refused as a %s",
    async (kind) => {
      const object = stray(kind);
      if (kind === "ClientTrafficPolicy") object.spec.targetRefs[0].kind = "Gateway";
      expect((await refusal(object)).join()).toMatch(/would take its place/);
    },
  );

  it("is not the gateway's own", async () => {
    for (const name of ["SecurityPolicy/closed", "SecurityPolicy/tenants", "EnvoyExtensionPolicy/ai"]) {
      expect(await refusal(made[name]), name).toEqual([]);
    }
  });
});

/** Repeats the last item until there is one more than `most`. */
function fill(items: unknown[], most: number) {
  while (items.length <= most) items.push(typeof items[0] === "string" ? `more-${items.length}` : items.at(-1));
}

/** What the API server says against an object: one line, or none. */
async function refusal(object: Manifest, tried = true): Promise<string[]> {
  const { apiVersion, kind, metadata } = object;
  const plural = `${kind
    .toLowerCase()
    .replace(/(?<![aeiou])y$/, "ie")
    .replace(/ss$/, "sse")}s`;
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const path = `${root}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ""}/${plural}/${metadata.name}`;
  const query = `fieldManager=test&force=true&fieldValidation=Strict${tried ? "&dryRun=All" : ""}`;
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { code, body } = await cluster.call("PATCH", `${path}?${query}`, object, "application/apply-patch+yaml");
    if (code < 300) return [];
    // A definition is served a moment after it was accepted.
    if (code !== 404 || Date.now() > deadline) return [`${kind} ${metadata.name}: ${body.message}`];
    await sleep(100);
  }
}
