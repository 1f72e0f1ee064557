import { describe, expect, it } from "vitest";
import { addon } from "../../../catalogue/index.ts";
import { judgeTenants } from "../../../components/country/fit/tenants.ts";
import { stackFileSchema } from "../../../components/country/json-schema.ts";
import type { Sound } from "../../../components/country/sound.ts";
import { numbered } from "../gateway/planned.ts";
import { refuses } from "./broken.ts";

describe("a country file whose gateway or tenants are at fault", () => {
  refuses("gateway", {
    "budget-committed-beyond-its-end": [
      [
        10,
        "freehold:tenants.kanton.budget.committed",
        "2,000 tokens committed, of which 1,000 can be used",
        "write  committed: 1000  or  whenSpent: overage",
      ],
    ],
    "budget-in-a-zone-that-is-none": [
      [10, "freehold:tenants.kanton.budget.timeZone", "Europe/Zuerich", "write  timeZone: Europe/Zurich"],
    ],
    "budget-in-an-offset": [[10, "freehold:tenants.kanton.budget.timeZone", '"+01:00"', "write  timeZone: "]],
    "budget-of-nothing": [
      [10, "freehold:tenants.kanton.budget.tokensPerMonth", "the number 0", "write  tokensPerMonth: 1"],
    ],
    "budget-that-asks-when-spent": [[10, "freehold:tenants.kanton.budget.whenSpent", "ask", "write  whenSpent: stop"]],
    "budget-warned-in-tokens": [[10, "freehold:tenants.kanton.budget.warnAt[0]", "the number 800", "write  - 100"]],
    "budget-without-a-database": [
      [
        10,
        "freehold:tenants.kanton.budget",
        "a budget, and no database in which is counted what was used",
        "add  freehold:storage:",
      ],
    ],
    "certificate-from-a-public-authority": [
      [9, "freehold:gateway.certificate.from", "letsencrypt", "write  from: issuer"],
    ],
    "certificate-in-a-secret-with-a-slash": [
      [9, "freehold:gateway.certificate.name", "gateway/ai-tls", "write  name: ai-tls"],
    ],
    "certificate-of-an-issuer-with-a-name": [
      [9, "freehold:gateway.certificate.name", "the key name, which means nothing here", "take name out"],
    ],
    "host-longer-than-dns-has-it": [
      [9, "freehold:gateway.host", "286 characters for the host of the-tenant-with", "give the gateway a shorter host"],
    ],
    "host-with-a-port": [[9, "freehold:gateway.host", "ai.alpen-ai.example:8443", "write  host: ai.alpen-ai.example"]],
    "key-generation-as-it-was": [
      [
        10,
        "freehold:tenants.kanton.keyGeneration",
        "the key keyGeneration",
        "write  keys: { default: { generation: 3 } }",
      ],
    ],
    "key-name-with-a-dot": [[11, 'freehold:tenants.kanton.keys["ci.night"]', "ci.night", "write  ci-night:"]],
    "key-overlap-of-the-first-generation": [
      [
        11,
        "freehold:tenants.kanton.keys.ci.overlapUntil",
        '2027-02-28" for generation 1, before which there is none',
        "write  generation: 2",
      ],
    ],
    "key-revoked-in-words": [[11, "freehold:tenants.kanton.keys.ci.revoked", "yesterday", "write  revoked: "]],
    "key-that-ends-on-no-day": [
      [11, "freehold:tenants.kanton.keys.ci.expires", "2027-02-30", 'write  expires: "2027-03-31"'],
    ],
    "key-that-ends-sometime": [
      [11, "freehold:tenants.kanton.keys.ci.expires", "90 days", 'write  expires: "2027-03-31"'],
    ],
    "key-written-down": [
      [10, "freehold:tenants.kanton.apiKey", "the key apiKey, which means nothing here", "take apiKey out"],
    ],
    "limits-in-too-many-sizes": [
      [8, "freehold:tenants", "limits of 128 tenants that take 257 rules", "give tenants limits in a few sizes"],
    ],
    "model-in-capitals": [
      [10, "freehold:tenants.kanton.models[0]", "Apertus, which is no model of this file", "write  - apertus"],
    ],
    "no-models-at-all": [[10, "freehold:tenants.kanton.models", "an empty list", "write  models: [ apertus-70b ]"]],
    "own-replicas-in-words": [[10, "freehold:tenants.kanton.ownReplicas", "one", "write  ownReplicas: 1"]],
    "replicas-none": [[9, "freehold:gateway.replicas", "the number 0", "write  replicas: 1"]],
    "sector-unknown": [[10, "freehold:tenants.kanton.profile", "banking", "write  profile: standard"]],
    "service-that-is-an-ingress": [[9, "freehold:gateway.service", "Ingress", "write  service: ClusterIP"]],
    "tenant-with-an-underscore": [[9, "freehold:tenants.kanton_zh", "kanton_zh", "write  kanton-zh:"]],
    "tokens-of-a-day-beyond-counting": [
      [10, "freehold:tenants.kanton.tokensPerDay", "the number 5000000000", "write  tokensPerDay: 4294967295"],
    ],
  });
});

describe("what one gateway holds", () => {
  const models = numbered("model", 20);
  const file = (tenants: number, own: number) =>
    ({
      models: Object.fromEntries(models.map((name) => [name, { pool: "h200", gpus: 1, nodes: 1, replicas: 1 }])),
      tenants: Object.fromEntries(
        numbered("tenant", tenants).map((name, index) => [
          name,
          { profile: "standard", requestsPerMinute: 600, tokensPerMinute: 1000, ownReplicas: index < own ? 1 : 0 },
        ]),
      ),
    }) as unknown as Sound;
  const found = (sound: Sound) => judgeTenants(sound, { models }).map(({ found }) => found);

  it("is 300 tenants and 20 models, some tenants with replicas of their own, and thousands that share", () => {
    expect(found(file(300, 0))).toEqual([]);
    expect(found(file(300, 15))).toEqual([]);
    expect(found(file(3000, 0))).toEqual([]);
  });

  it("is not 300 tenants who all have replicas of their own", () => {
    const [finding, ...others] = judgeTenants(file(300, 300), { models });
    expect(others).toEqual([]);
    expect(finding!.at).toEqual(["tenants"]);
    expect(finding!.found).toMatch(/^6,000 sets of replicas of tenants' own, [\d.]+ times what one gateway holds$/);
    expect(finding!.allowed).toMatch(/^about [\d,]{3,5} of them with these tenants/);
    expect(finding!.remedy).toContain("ownReplicas: 0");
  });

  it("counts no day in more tokens than a limit can be", () => {
    const most = addon("envoy-gateway").limits.rateLimit;
    expect(JSON.stringify(stackFileSchema())).toContain(`"maximum":${most}`);
  });
});
