import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { Docket } from "../../policies/docket.ts";
import { type Finding, judge, judgeOne, type Resource, renderFinding, UNKNOWN } from "../../policies/judge.ts";
import { renderJudgement } from "../../policies/report.ts";
import type { Rule } from "../../policies/rule.ts";
import { allRules } from "../../policies/rules/index.ts";

const here = jurisdictionOf("CH", { hosts: ["*.alpen.example"], registries: ["registry.alpen.example"] });

describe("a namespace that runs pods", () => {
  it("is open as long as no policy of the plan closes it", () => {
    const judgement = judge([pod("apps"), pod("apps", "second"), pod("closed"), closing("closed")], here);
    expect(judgement.findings.map(line)).toEqual([
      "egress-closed broken spec: pods run in namespace apps, whose egress is open",
    ]);
    expect(judgement.findings[0]?.remedy).toContain("podSelector {}, policyTypes [Egress]");
  });

  it("is closed by a policy that the plan registers after the pods", () => {
    expect(judge([pod("apps"), closing("apps")], here).findings).toEqual([]);
  });

  it.each([
    ["selects only some pods", { podSelector: { matchLabels: { app: "a" } }, policyTypes: ["Egress"] }],
    ["concerns ingress alone", { podSelector: {}, policyTypes: ["Ingress"] }],
    ["has no types and no egress rules, which means ingress", { podSelector: {} }],
  ])("stays open under a policy that %s", (_, spec) => {
    const policy = object("networking.k8s.io/v1", "NetworkPolicy", {
      metadata: { name: "n", namespace: "apps" },
      spec,
    });
    expect(judge([pod("apps"), policy], here).byRule["egress-closed"]).toMatchObject({ broken: 1, held: 0 });
  });

  it("stays open under a policy of another namespace", () => {
    expect(judge([pod("apps"), closing("other")], here).byVerdict.broken).toBe(1);
  });

  it.each([
    ["Cilium's in its namespace", "cilium.io/v2", "CiliumNetworkPolicy", { endpointSelector: {}, egress: [{}] }],
    ["Cilium's for all", "cilium.io/v2", "CiliumClusterwideNetworkPolicy", { endpointSelector: {}, egressDeny: [{}] }],
    ["Calico's for all", "projectcalico.org/v3", "GlobalNetworkPolicy", { types: ["Egress"] }],
  ])("is closed by %s", (_, apiVersion, kind, spec) => {
    const policy = object(apiVersion, kind, { metadata: { name: "n", namespace: "apps" }, spec });
    expect(judge([pod("apps"), policy], here).findings).toEqual([]);
  });

  it("is the provider's own where the object names none", () => {
    const provider = { type: "pulumi:providers:kubernetes", name: "p", props: { namespace: "apps" } };
    const nowhere: Resource = { ...pod("unused"), provider };
    delete (nowhere.props.metadata as Record<string, unknown>).namespace;
    expect(judge([nowhere], here).findings.map(({ value }) => value)).toEqual([
      "pods run in namespace apps, whose egress is open",
    ]);
    expect(judge([nowhere, closing("apps")], here).findings).toEqual([]);
  });

  it("is judged whether or not the plan creates it, and whatever runs the pods", () => {
    const image = { image: "registry.alpen.example/postgresql:17" };
    const database = object("postgresql.cnpg.io/v1", "Cluster", {
      metadata: { name: "db", namespace: "kube-system" },
      spec: { imageName: image.image },
    });
    expect(judge([database], here).findings.map(line)).toEqual([
      "egress-closed broken spec.imageName: pods run in namespace kube-system, whose egress is open",
    ]);
  });
});

describe("a route", () => {
  const backend = (name: string, hostname: string) =>
    object("gateway.envoyproxy.io/v1alpha1", "Backend", {
      metadata: { name, namespace: "gateway" },
      spec: { endpoints: [{ fqdn: { hostname, port: 443 } }] },
    });
  const service = (name: string, to: string) =>
    object("aigateway.envoyproxy.io/v1beta1", "AIServiceBackend", {
      metadata: { name, namespace: "gateway" },
      spec: { schema: { name: "OpenAI" }, backendRef: { group: "gateway.envoyproxy.io", kind: "Backend", name: to } },
    });
  const route = (...names: string[]) =>
    object("aigateway.envoyproxy.io/v1beta1", "AIGatewayRoute", {
      metadata: { name: "chat", namespace: "gateway" },
      spec: { rules: [{ backendRefs: names.map((name, priority) => ({ name, priority })) }] },
    });

  it("leads abroad when its fallback does, two steps away", () => {
    const plan = [
      backend("own", "vllm.models.svc"),
      backend("openai", "api.openai.com"),
      service("a", "own"),
      service("b", "openai"),
    ];
    const broken = judge([...plan, route("a", "b")], here).findings.map(line);
    expect(broken).toEqual([
      "data-stays-here broken spec.endpoints[0].fqdn.hostname: api.openai.com, OpenAI, US",
      "data-stays-here broken spec.backendRef: hands on to Backend.gateway.envoyproxy.io/gateway/openai, which leads out of the country",
      "data-stays-here broken spec.rules[0].backendRefs[1]: hands on to AIServiceBackend.aigateway.envoyproxy.io/gateway/b, which leads out of the country",
    ]);
  });

  it("passes when every backend stays", () => {
    expect(judge([backend("own", "vllm.models.svc"), service("a", "own"), route("a")], here).findings).toEqual([]);
  });

  it("ends where services point at each other", () => {
    const loop = ["a", "b"].map((name, index) =>
      object("gateway.networking.k8s.io/v1", "HTTPRoute", {
        metadata: { name, namespace: "gateway" },
        spec: {
          rules: [
            { backendRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: ["b", "a"][index] }] },
          ],
        },
      }),
    );
    expect(judge(loop, here).findings).toEqual([]);
  });

  it("leads abroad through a Service that is an alias", () => {
    const alias = object("v1", "Service", {
      metadata: { name: "out", namespace: "gateway" },
      spec: { type: "ExternalName", externalName: "api.openai.com" },
    });
    const http = object("gateway.networking.k8s.io/v1", "HTTPRoute", {
      metadata: { name: "r", namespace: "gateway" },
      spec: { rules: [{ backendRefs: [{ name: "out", port: 443 }] }] },
    });
    expect(judge([alias, http], here).findings).toHaveLength(2);
  });
});

describe("what is not known yet", () => {
  it("is pending, never held, and listed with its path and rule", () => {
    const findings = judgeOne(pod("apps", "a", { image: UNKNOWN }), here);
    expect(findings.map(line)).toEqual(["images-from-here pending spec.containers[0].image: not known yet"]);
    expect(judge([pod("apps", "a", { image: UNKNOWN }), closing("apps")], here).byRule["images-from-here"]).toEqual({
      held: 0,
      broken: 0,
      pending: 1,
      undecidable: 0,
      waived: 0,
    });
  });

  it("is pending for every rule where a whole structure is missing", () => {
    const findings = judgeOne(
      object("apps/v1", "Deployment", { metadata: { name: "d", namespace: "a" }, spec: UNKNOWN }),
      here,
    );
    expect(findings.map(({ rule, verdict }) => `${rule} ${verdict}`)).toEqual([
      "data-stays-here pending",
      "images-from-here pending",
      "egress-closed pending",
    ]);
  });

  it("does not hide what is known beside it", () => {
    const env = [
      { name: "A", value: UNKNOWN },
      { name: "B", value: "https://api.openai.com" },
    ];
    expect(judgeOne(pod("apps", "a", { env }), here).map(({ verdict }) => verdict)).toEqual(["broken", "pending"]);
  });

  it("keeps a namespace pending while a policy that may close it is unknown", () => {
    const open = object("networking.k8s.io/v1", "NetworkPolicy", {
      metadata: { name: "n", namespace: UNKNOWN },
      spec: { podSelector: {}, policyTypes: ["Egress"] },
    });
    expect(judge([pod("apps"), open], here).byRule["egress-closed"]).toMatchObject({ held: 0, broken: 0, pending: 1 });
  });

  it("is recognised as the engine and the mocks write it", () => {
    const engine = pod("apps", "a", { image: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" });
    expect(judgeOne(engine, here).map(({ verdict }) => verdict)).toEqual(["pending"]);
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "nginx" };
    expect(judgeOne(pod("apps", "a", { image: secret }), here).map(({ verdict }) => verdict)).toEqual(["broken"]);
  });
});

describe("what nobody can read", () => {
  it.each([
    [
      "a Helm release",
      "kubernetes:helm.sh/v3:Release",
      { chart: "redis" },
      "a Helm release makes objects that no guard sees",
    ],
    ["a dynamic resource", "pulumi-nodejs:dynamic:Resource", {}, "it runs code of its own"],
    ["a command", "command:local:Command", { create: "curl x" }, "it runs code of its own"],
    ["another stack", "pulumi:pulumi:StackReference", {}, "another stack's outputs are not judged here"],
    ["a package without facts", "acme:index/thing:Thing", {}, "no facts describe the package acme"],
    ["a provider without facts", "pulumi:providers:acme", {}, "no facts describe the package acme"],
  ])("is undecidable and counted: %s", (_, type, props, why) => {
    const judgement = judge([{ type, urn: "u", name: "x", props, custom: true }], here);
    expect(judgement.findings.map(({ rule, verdict, value }) => [rule, verdict, value])).toEqual([
      ["nothing-hidden", "undecidable", why],
    ]);
    expect(judgement.coverage).toMatchObject({ undecidable: 1, table: 0, sweep: 0 });
  });

  it("is a component where it has no provider and has children, which are judged instead", () => {
    const component = { type: "acme:index:Platform", urn: "c", name: "c", props: {} };
    const child = { ...pod("apps"), parent: "c" };
    expect(judge([component, child, closing("apps")], here).findings).toEqual([]);
    expect(judge([component], here).findings).toHaveLength(1);
    expect(judgeOne({ ...component, custom: false }, here)).toEqual([]);
  });

  it("fails closed where a rule or a description throws, and quotes nothing of what it saw", () => {
    const broken: Rule = {
      ...(allRules[0] as Rule),
      judge: () => {
        throw new TypeError("saw hunter2");
      },
    };
    const findings = judgeOne(pod("apps"), here, { rules: [broken] });
    expect(findings.map(line)).toEqual(["data-stays-here broken : the rule failed (TypeError)"]);
    const trap = {
      get spec() {
        throw new RangeError("saw hunter2");
      },
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
    };
    expect(judgeOne({ type: "kubernetes:core/v1:Pod", urn: "u", name: "p", props: trap }, here).map(line)).toEqual([
      "nothing-hidden undecidable : its facts could not be read (RangeError)",
    ]);
  });
});

describe("a chart that makes its objects resources of their own", () => {
  it("is judged by where it comes from", () => {
    const chart = (props: Record<string, unknown>) => ({
      type: "kubernetes:helm.sh/v4:Chart",
      urn: "u",
      name: "c",
      props,
      custom: false,
    });
    expect(
      judgeOne(chart({ chart: "redis", repositoryOpts: { repo: "https://charts.vendor.com" } }), here).map(line),
    ).toEqual(["data-stays-here broken repositoryOpts.repo: charts.vendor.com"]);
    expect(judgeOne(chart({ chart: "oci://ghcr.io/acme/redis" }), here).map(line)).toEqual([
      "images-from-here broken chart: ghcr.io/acme/redis",
    ]);
    expect(judgeOne(chart({ chart: "oci://registry.alpen.example/charts/redis" }), here)).toEqual([]);
    expect(
      judgeOne(chart({ chart: "./charts/redis", values: { host: UNKNOWN } }), here).map(({ verdict }) => verdict),
    ).toEqual(["pending"]);
  });
});

describe("a report", () => {
  it("says found, allowed, law and remedy in the layout of the country file's faults", () => {
    const [finding] = judgeOne(pod("apps", "web", { image: "nginx" }), here);
    expect(renderFinding(finding as Finding)).toBe(
      [
        'images-from-here  broken  kubernetes:core/v1:Pod "web"',
        "  found    spec.containers[0].image: nginx, from docker.io",
        "  allowed  registries in CH: registry.alpen.example",
        `  law      ${here.law}`,
        "  remedy   Mirror it and name the mirror, or declare the registry under freehold:guards.registries (or FREEHOLD_REGISTRIES).",
      ].join("\n"),
    );
  });

  it("counts what was judged and does not count as held what is pending or undecidable", () => {
    const command = { type: "command:local:Command", urn: "u", name: "x", props: {}, custom: true };
    const judgement = judge([pod("apps", "a", { image: UNKNOWN }), closing("apps"), command], here);
    expect(renderJudgement(judgement, here)).toBe(
      "freehold: 3 resources judged for CH: 1 held, 1 pending, 1 undecidable; " +
        "described by table 2, by sweep 0, by their children 0, not at all 1.",
    );
  });

  it("never shows what stands in a secret, nor a credential that stands elsewhere", () => {
    const planted = ["hunter2", "sk-proj-Zm9vYmFyMTIzNDU2Nzg5MA", "AKIAIOSFODNN7EXAMPLE", "9aF3kQ81mZx04TrL7cVb2Wy6"];
    const [password = "", key = "", id = "", token = ""] = planted;
    const resources = [
      object("v1", "Secret", {
        metadata: { name: "s", namespace: "a" },
        stringData: { url: `https://u:${password}@db.vendor.com/${key}` },
      }),
      object("v1", "Secret", {
        metadata: { name: "s", namespace: "a" },
        data: { image: Buffer.from(`{"image":"ghcr.io/${password}/${token}"}`).toString("base64") },
      }),
      object("v1", "ConfigMap", {
        metadata: { name: "c", namespace: "a" },
        data: {
          u: `postgres://${id}:${password}@db.vendor.com/x?key=${key}`,
          h: `https://${token}.tunnel.vendor.com/`,
        },
      }),
      pod("a", "p", {
        env: [{ name: "API_URL", value: `https://${token}@api.vendor.com/${key}` }],
        args: [`--dsn=https://${key}@logs.vendor.com/1`],
      }),
      object("unheard.of/v1", "Store", {
        metadata: { name: "s", namespace: "a" },
        spec: { region: `${token}`, endpoint: `${password}@h.vendor.com` },
      }),
    ];
    const judgement = judge(resources, here);
    expect(judgement.byVerdict.broken).toBeGreaterThanOrEqual(7);
    const printed = JSON.stringify(judgement) + judgement.findings.map(renderFinding).join("\n");
    for (const secret of planted) expect(printed).not.toContain(secret);
    expect(printed).toContain("***.tunnel.vendor.com");
  });
});

it("a run finds in the end what the whole adds to the parts", () => {
  const plan = [pod("apps", "web", { image: "nginx" }), pod("other")].map((each, n) => ({ ...each, urn: `pod-${n}` }));
  const docket = new Docket(here);
  const before = plan.flatMap((each) => docket.enter(each)).map(line);
  const { findings } = docket.close(plan);
  expect(findings.map(line).sort()).toEqual(judge(plan, here).findings.map(line).sort());
  expect(findings.map(line)).toEqual(expect.arrayContaining(before));
  expect(findings.length - before.length).toBe(2);
});

it("a run decides a reference to what came before, and leaves one to what may come to the end", () => {
  const bucket = (name: string, region: string): Resource => ({
    type: "aws:s3/bucket:Bucket",
    urn: `b-${name}`,
    name,
    custom: true,
    props: { bucket: name, region },
  });
  const copies: Resource = {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    urn: "copies",
    name: "copies",
    custom: true,
    props: { region: "eu-central-2", rules: [{ destination: { bucket: "arn:aws:s3:::far" } }] },
  };
  const found = "copies-stay-here broken rules[0].destination.bucket";
  const first = new Docket(here);
  first.enter(bucket("far", "us-east-1"));
  expect(first.enter(copies).map(line)).toEqual([expect.stringContaining(found)]);
  const late = new Docket(here);
  expect(late.enter(copies)).toEqual([]);
  late.enter(bucket("far", "us-east-1"));
  const { findings } = late.close([copies, bucket("far", "us-east-1")]);
  expect(findings.map(line)).toContainEqual(expect.stringContaining(found));
});

it("needs nothing of the engine or its SDKs, so that a program, a pack and a test can all have it", () => {
  const folder = new URL("../../policies/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const importers = files.filter((file) => readFileSync(new URL(file, folder), "utf8").includes('from "@pulumi/'));
  expect(files.length).toBeGreaterThan(15);
  expect(importers.sort()).toEqual(["enforcement.ts", "pack.ts", "plan.ts", "program.ts"]);
});

function object(apiVersion: string, kind: string, body: Record<string, unknown>): Resource {
  const type = `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
  const { name } = body.metadata as { name: string };
  return { type, urn: `urn:pulumi:t::t::${type}::${name}`, name, props: { apiVersion, kind, ...body } };
}

function pod(namespace: string, name = "web", container: Record<string, unknown> = {}): Resource {
  const containers = [{ name: "a", image: "registry.alpen.example/a:1", ...container }];
  return object("v1", "Pod", { metadata: { name, namespace }, spec: { containers } });
}

function closing(namespace: string): Resource {
  const spec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
  return object("networking.k8s.io/v1", "NetworkPolicy", { metadata: { name: "closed", namespace }, spec });
}

function line({ rule, verdict, path, value }: Finding): string {
  return `${rule} ${verdict} ${path}: ${value}`;
}
