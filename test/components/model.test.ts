import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { ClosedNamespace } from "../../components/closed-namespace.ts";
import { jurisdiction, parseCountry } from "../../components/country.ts";
import { verifyScript } from "../../components/model/weights.ts";
import { Model, type ModelArgs } from "../../components/model.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

const sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const file = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
  monitoring: {},
  storage: {
    keys: { kind: "volumes", statement: "LUKS2 on every node" },
    objects: { kind: "s3", endpoint: "https://s3.alpen-ai.example" },
    records: { kind: "postgres", host: "db.alpen-ai.example" },
  },
  pools: {
    h200: { accelerator: "h200-sxm", nodes: 8, rdma: { resource: "rdma/hca" } },
    slices: { accelerator: "h200-sxm", nodes: 1, sharing: { kind: "mig", profile: "2g.35gb" } },
  },
  models: {
    apertus: { model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200", gpus: 4, replicas: 3 },
    following: { model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200", gpus: 4, autoscale: { most: 3 } },
    small: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "slices", contextTokens: 8192, kvCache: "fp8" },
    vectors: { model: "BAAI/bge-m3", pool: "slices" },
    wide: {
      model: "mistralai/Mistral-Large-3-675B-Instruct-2512",
      pool: "h200",
      gpus: 8,
      nodes: 2,
      precision: "fp8",
      contextTokens: 65536,
      weights: { from: "s3", path: "weights/mistral", sha256 },
    },
    kept: {
      model: "swiss-ai/Apertus-8B-Instruct-2509",
      pool: "h200",
      weights: { from: "volume", volume: "weights", path: "apertus-8b", sha256 },
    },
  },
  tenants: { kanton: {}, spital: { profile: "health", models: ["apertus"] }, gemeinden: {} },
};
const country = parseCountry(file);
const objects: NonNullable<ModelArgs["objects"]> = {
  endpoint: "https://s3.alpen-ai.example",
  region: "local",
  credentials: { secret: "reader", namespace: "models", accessKey: "accessKey", secretKey: "secretKey" },
  caSecret: "s3-ca",
  buckets: { weights: "weights", backups: "backups" },
  egress: [],
  hosts: [{ host: "s3.alpen-ai.example", port: 443 }],
};

function argsOf(name: string, changes: Partial<ModelArgs> = {}): ModelArgs {
  const server = country.modelServers[name]!;
  const { network } = country;
  return {
    ...server,
    namespace: "models",
    nodePool: country.pools[server.pool]!,
    network,
    monitoring: true,
    objects,
    ...changes,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind.
type Properties = any;

async function made(name: string, changes: Partial<ModelArgs> = {}) {
  const resources = await plan(() => new Model(name, argsOf(name, changes)));
  const objects: Properties[] = resources.filter(({ custom }) => custom).map(({ props }) => props);
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const workload =
    of("Deployment")[0]?.spec.template ?? of("LeaderWorkerSet")[0]?.spec.leaderWorkerTemplate.leaderTemplate;
  const [container] = workload.spec.containers;
  return {
    resources,
    kinds: objects.map(({ kind }) => kind).sort(),
    of,
    workload,
    container,
    args: container.args as string[],
  };
}

describe("a model", () => {
  it("is a closed Deployment behind a headless service", async () => {
    const { kinds, of } = await made("apertus");
    expect(kinds).toEqual(["Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount"]);
    expect(of("Service")[0].spec.clusterIP).toBe("None");
    const [policy] = of("NetworkPolicy");
    expect(policy.spec.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(policy.spec).not.toHaveProperty("egress");
    expect(policy.spec.ingress).toHaveLength(1);
    expect(policy.spec.ingress[0].from).toHaveLength(2);
    expect(policy.spec.ingress[0].ports).toEqual([{ protocol: "TCP", port: 8000 }]);
  });

  it("lets nobody measure it where there is no monitoring", async () => {
    const { of } = await made("apertus", { monitoring: false });
    const callers = of("NetworkPolicy")[0].spec.ingress[0].from;
    expect(callers).toHaveLength(1);
    expect(callers[0].podSelector.matchLabels).toEqual({ "app.kubernetes.io/component": "proxy" });
  });

  it("is told how it was sized, and everything that a flag decides", async () => {
    const { args } = await made("apertus");
    expect(args).toEqual([
      "/models/apertus",
      "--served-model-name=apertus",
      "--dtype=bfloat16",
      "--max-model-len=65536",
      "--tensor-parallel-size=4",
      "--gpu-memory-utilization=0.92",
      "--enable-prefix-caching",
      "--enable-auto-tool-choice",
      "--tool-call-parser=apertus",
      "--chat-template=/vllm-workspace/examples/tool_chat_template_apertus.jinja",
      "--enable-force-include-usage",
      "--enable-prompt-tokens-details",
      "--disable-fastapi-docs",
      "--disable-access-log-for-endpoints=/health,/metrics,/ping",
      "--shutdown-timeout=600",
    ]);
  });

  it("has its calls of tools and its reasoning read where the catalogue knows by what", async () => {
    const flags = async (changes: Partial<ModelArgs>) =>
      (await made("apertus", changes)).args.filter((word) => /tool|template|reasoning/.test(word));
    const tools = (parser: string) => ["--enable-auto-tool-choice", `--tool-call-parser=${parser}`];
    expect(await flags({ model: "Qwen/Qwen3-32B" })).toEqual([...tools("hermes"), "--reasoning-parser=qwen3"]);
    expect(await flags({ model: "utter-project/EuroLLM-9B-Instruct-2512" })).toEqual([]);
    // Where the calls need a template that the catalogue's image brings, another image has no tools.
    const image = "registry.alpen-ai.example/rocm/vllm:v1";
    expect(await flags({ image })).toEqual([]);
    expect(await flags({ image, model: "Qwen/Qwen3.5-27B" })).toEqual([
      ...tools("qwen3_coder"),
      "--reasoning-parser=qwen3",
    ]);
    expect(await flags({ image, model: "google/gemma-4-31B-it" })).toEqual(["--reasoning-parser=gemma4"]);
    const digest = { image: `${country.modelServers.apertus!.image}@sha256:${sha256}` };
    expect(await flags(digest)).toEqual(expect.arrayContaining(tools("apertus")));
  });

  it("looks nothing up abroad", async () => {
    const { container } = await made("apertus");
    const env = new Map(container.env.map(({ name, value }: { name: string; value: string }) => [name, value]));
    for (const name of ["VLLM_NO_USAGE_STATS", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]) {
      expect(env.get(name)).toBe("1");
    }
    expect(env.get("TIKTOKEN_ENCODINGS_BASE")).toBe("/models/apertus");
  });

  it("is replaced without a surge, started slowly and stopped gently", async () => {
    const { of, workload, container } = await made("apertus");
    const { spec } = of("Deployment")[0];
    expect(spec.strategy).toEqual({ type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
    expect(container.startupProbe.periodSeconds * container.startupProbe.failureThreshold).toBe(1800);
    expect(spec.progressDeadlineSeconds).toBe(3600);
    expect(container.env).toContainEqual({ name: "VLLM_ENGINE_READY_TIMEOUT_S", value: "1800" });
    // Fifteen seconds until callers know, ten minutes of answers, and some to put things away.
    expect(container.lifecycle.preStop.sleep.seconds).toBe(15);
    expect(workload.spec.terminationGracePeriodSeconds).toBe(660);
    expect(workload.spec.topologySpreadConstraints[0].whenUnsatisfiable).toBe("ScheduleAnyway");
  });

  it("lets a broken pod be evicted, and one that serves only when another is not gone", async () => {
    const { of } = await made("apertus");
    expect(of("PodDisruptionBudget")[0].spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    });
  });

  it("is held to restricted pod security", async () => {
    for (const name of ["apertus", "small", "wide", "kept"]) {
      const { workload } = await made(name);
      expect(workload.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      const containers = [...workload.spec.containers, ...(workload.spec.initContainers ?? [])];
      for (const { securityContext } of containers) {
        expect(securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } });
      }
    }
  });

  it("breaks nothing of residency in a closed namespace, wherever its weights come from", async () => {
    const hosts = { ...country, guards: { ...country.guards, hosts: ["s3.alpen-ai.example"] } };
    const resources = await plan(() => {
      new ClosedNamespace("models", { namespace: "models", quota: { pods: "50" } });
      for (const name of Object.keys(country.modelServers)) new Model(name, argsOf(name));
    });
    const { findings, byVerdict } = judge(resources, jurisdiction(hosts));
    expect(findings).toEqual([]);
    expect(byVerdict.held).toBeGreaterThan(20);
  });
});

describe("a model of one tenant alone", () => {
  it("carries the tenant's label on all its pods, and caches what they have in common", async () => {
    const { of, args, workload } = await made("spital-apertus");
    expect(workload.metadata.labels).toMatchObject({ "freehold.dev/tenant": "spital" });
    expect(of("Service")[0].spec.selector).toMatchObject({ "freehold.dev/tenant": "spital" });
    expect(args).toContain("--served-model-name=apertus");
    expect(args).toContain("--enable-prefix-caching");
  });
});

describe("a model on instances of a GPU", () => {
  it("asks for one, says its batch, and takes of the node what an instance deserves", async () => {
    const { args, container } = await made("small");
    expect(container.resources).toEqual({
      requests: { cpu: "2", memory: "17Gi", "nvidia.com/mig-2g.35gb": "1" },
      limits: { memory: "34Gi", "nvidia.com/mig-2g.35gb": "1" },
    });
    expect(args).toEqual(
      expect.arrayContaining(["--max-num-batched-tokens=8192", "--max-num-seqs=256", "--kv-cache-dtype=fp8"]),
    );
  });

  it("may embed texts instead of answering them", async () => {
    expect((await made("vectors")).args).toContain("--runner=pooling");
    expect((await made("small")).args).not.toContain("--runner=pooling");
  });
});

describe("a model that spans nodes", () => {
  it("is a LeaderWorkerSet of which the leader alone answers", async () => {
    const { kinds, of } = await made("wide");
    expect(kinds).toEqual([
      "LeaderWorkerSet",
      "NetworkPolicy",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
    ]);
    const { spec } = of("LeaderWorkerSet")[0];
    const { leaderTemplate, workerTemplate } = spec.leaderWorkerTemplate;
    const { selector } = of("Service")[0].spec;
    expect(leaderTemplate.metadata.labels).toMatchObject(selector);
    expect(workerTemplate.metadata.labels).not.toMatchObject(selector);
    expect(spec.rolloutStrategy.rollingUpdateConfiguration).toEqual({ maxSurge: 0, maxUnavailable: 1 });
    expect(spec.leaderWorkerTemplate).toMatchObject({ size: 2, restartPolicy: "RecreateGroupAfterStart" });
    expect(workerTemplate.spec.containers[0]).not.toHaveProperty("readinessProbe");
  });

  it("runs one engine on all of them, without Ray", async () => {
    const { of, args } = await made("wide");
    const both = [
      "--tensor-parallel-size=8",
      "--pipeline-parallel-size=2",
      "--distributed-executor-backend=mp",
      "--nnodes=2",
      "--node-rank=$(LWS_WORKER_INDEX)",
      "--master-addr=$(LWS_LEADER_ADDRESS)",
    ];
    expect(args).toEqual(expect.arrayContaining(both));
    expect(args).not.toContain("--headless");
    // 660 GiB of weights: ten minutes, and four seconds for each.
    expect(args).toContain("--distributed-timeout-seconds=3244");
    const [worker] = of("LeaderWorkerSet")[0].spec.leaderWorkerTemplate.workerTemplate.spec.containers;
    expect(worker.args).toEqual([
      ...args.slice(0, args.indexOf("--gpu-memory-utilization=0.92")),
      "--headless",
      ...args.slice(args.indexOf("--gpu-memory-utilization=0.92")),
    ]);
    expect(worker.lifecycle.preStop.exec.command.join(" ")).toMatch(/^timeout 615 bash -c while .*LWS_LEADER_ADDRESS/);
  });

  it("takes the fast interconnect, different nodes, and its own pods as the only callers beside the gateway", async () => {
    const { of, workload, container } = await made("wide");
    expect(container.resources.limits).toMatchObject({ "nvidia.com/gpu": "8", "rdma/hca": "1" });
    const [term] = workload.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(term.matchLabelKeys).toEqual(["leaderworkerset.sigs.k8s.io/group-index"]);
    const own = [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "wide" } } }];
    const [policy] = of("NetworkPolicy");
    expect(policy.spec.ingress[1]).toEqual({ from: own });
    expect(policy.spec.egress).toEqual([{ to: own }]);
  });

  it("asks for no interconnect where each replica stays on a node", async () => {
    const { container } = await made("apertus");
    expect(container.resources.limits).not.toHaveProperty("rdma/hca");
  });
});

describe("a model that follows the load", () => {
  it("is scaled by KEDA between the least and the most, and never to none", async () => {
    const { of } = await made("following");
    const { spec } = of("ScaledObject")[0];
    expect(spec).toMatchObject({
      minReplicaCount: 1,
      maxReplicaCount: 3,
      scaleTargetRef: { kind: "Deployment", name: "following" },
    });
    const [waiting, cache] = spec.triggers;
    expect(waiting.metadata.threshold).toBe("5");
    expect(waiting.metadata.query).toContain("vllm:num_requests_waiting");
    expect(cache.metadata.query).toContain("vllm:kv_cache_usage_perc");
    expect(waiting.metadata.serverAddress).toMatch(/^http:\/\/[\w.-]+\.svc\.cluster\.local:9090$/);
  });

  it("is measured by its own pods, and by none of another model that is called alike", async () => {
    const { of } = await made("following");
    const [, pods] = /pod=~"([^"]+)"/.exec(of("ScaledObject")[0].spec.triggers[0].metadata.query)!;
    const own = new RegExp(`^(?:${pods})$`);
    expect("following-7d9c5b6f4d-x2x4z").toMatch(own);
    for (const other of [
      "following-70b-7d9c5b6f4d-x2x4z",
      "spital-following-7d9c5b6f4d-x2x4z",
      "following-0",
      "following-0-1",
    ]) {
      expect(other).not.toMatch(own);
    }
  });

  it("leaves its number of replicas to KEDA once it is there, and waits for every one to be replaced", async () => {
    const seen = new Map<string, pulumi.CustomResourceOptions>();
    const watch: pulumi.ResourceTransformation = ({ type, name, opts }) => {
      if (/:(Deployment|LeaderWorkerSet)$/.test(type)) seen.set(name, opts);
      return undefined;
    };
    await plan(() => {
      for (const name of ["apertus", "following"]) new Model(name, argsOf(name), { transformations: [watch] });
      new Model("wide", argsOf("wide", { autoscale: { most: 2, waiting: 5 } }), { transformations: [watch] });
    });
    expect(seen.get("apertus")?.ignoreChanges).toEqual([]);
    expect(seen.get("following")?.ignoreChanges).toEqual(["spec.replicas"]);
    expect(seen.get("wide")?.ignoreChanges).toEqual(["spec.replicas"]);
    // Three replicas one after the other, each an hour to come and eleven minutes to go, which Pulumi's ten would cut off.
    expect(seen.get("apertus")?.customTimeouts).toEqual({ create: "60m", update: "213m", delete: "16m" });
  });

  it("is scaled as a whole where each replica spans nodes", async () => {
    const { of } = await made("wide", { autoscale: { most: 2, waiting: 5 } });
    expect(of("ScaledObject")[0].spec.scaleTargetRef).toEqual({
      apiVersion: "leaderworkerset.x-k8s.io/v1",
      kind: "LeaderWorkerSet",
      name: "wide",
    });
    expect(of("ScaledObject")[0].spec.triggers[0].metadata.query).toContain('pod=~"wide-[0-9]+"');
  });
});

describe("weights", () => {
  it("are an image volume, which whoever pulls it checks", async () => {
    const { workload } = await made("apertus");
    expect(workload.spec.volumes[0].image.reference).toBe(
      "registry.alpen-ai.example/models/swiss-ai/apertus-70b-instruct-2509:main",
    );
    expect(workload.spec).not.toHaveProperty("initContainers");
  });

  it("of a volume are read and never written, and checked before the engine reads them", async () => {
    const { workload, container } = await made("kept");
    expect(workload.spec.volumes[0].persistentVolumeClaim).toEqual({ claimName: "weights", readOnly: true });
    const mount = { name: "weights", mountPath: "/models/kept", readOnly: true, subPath: "apertus-8b" };
    expect(container.volumeMounts[0]).toEqual(mount);
    expect(workload.spec.initContainers).toMatchObject([{ name: "verify-weights", volumeMounts: [mount] }]);
    expect(workload.spec.initContainers[0].env).toContainEqual({ name: "SHA256", value: sha256 });
  });

  it("from the store are fetched with keys that the engine never sees, and the store alone is opened", async () => {
    const { of, workload, container } = await made("wide");
    const [fetch, verify] = workload.spec.initContainers;
    expect(fetch.env).toEqual(
      expect.arrayContaining([
        { name: "AWS_ENDPOINT_URL", value: "https://s3.alpen-ai.example" },
        { name: "SOURCE", value: "weights/mistral" },
        { name: "AWS_CA_BUNDLE", value: "/object-store-ca/ca.crt" },
        { name: "AWS_ACCESS_KEY_ID", valueFrom: { secretKeyRef: { name: "reader", key: "accessKey" } } },
      ]),
    );
    for (const { env } of [verify, container]) expect(JSON.stringify(env)).not.toContain("AWS_");
    expect(verify.volumeMounts[0].readOnly).toBe(true);
    // 660 GiB and a tenth more, of the node's own disk.
    expect(container.resources.requests["ephemeral-storage"]).toBe("732Gi");
    const opened = of("NetworkPolicy").find(({ metadata }) => metadata.name === "freehold-wide-weights");
    expect(JSON.stringify(opened.spec.egress)).toContain('"port":443');
    expect(opened.spec.ingress).toEqual([]);
  });

  it("from a store in the cluster open its pods and nothing else", async () => {
    const egress = [
      { to: [{ namespaceSelector: { matchLabels: { a: "b" } } }], ports: [{ protocol: "TCP", port: 443 }] },
    ];
    const { of } = await made("wide", { objects: { ...objects, egress, hosts: [] } });
    const opened = of("NetworkPolicy").find(({ metadata }) => metadata.name === "freehold-wide-weights");
    const [dns, ...rest] = opened.spec.egress;
    expect(dns.ports.map(({ port }: { port: number }) => port)).toContain(53);
    expect(rest).toEqual(egress);
  });
});

describe("the check of weights", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-weights-"));
  const weights = join(folder, "model");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    rmSync(weights, { recursive: true, force: true });
    mkdirSync(join(weights, "sub"), { recursive: true });
    writeFileSync(join(weights, "model-1.safetensors"), "weights");
    writeFileSync(join(weights, "sub", "a file.json"), "{}");
    const list = "find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS";
    execFileSync("sh", ["-c", list], { cwd: weights });
  });

  /** What the script says of the folder, and whether it lets the engine start. */
  function checked(declared?: string) {
    const sums = execFileSync("cat", [join(weights, "SHA256SUMS")]);
    const env = {
      ...process.env,
      WEIGHTS: weights,
      SHA256: declared ?? createHash("sha256").update(sums).digest("hex"),
    };
    const { status, stdout, stderr } = spawnSync("sh", ["-c", verifyScript], { env, encoding: "utf8" });
    return { passes: status === 0, said: stdout + stderr };
  }

  it("passes files that are what the list says", () => {
    expect(checked()).toEqual({ passes: true, said: "Every file is what SHA256SUMS says.\n" });
  });

  it("refuses a list that is not the declared one", () => {
    expect(checked(sha256)).toMatchObject({ passes: false, said: expect.stringContaining(`declared is ${sha256}`) });
  });

  it("refuses a file that was changed, one that is missing, and one that nobody listed", () => {
    writeFileSync(join(weights, "model-1.safetensors"), "other weights");
    expect(checked()).toMatchObject({ passes: false, said: expect.stringContaining("model-1.safetensors: FAILED") });
    rmSync(join(weights, "model-1.safetensors"));
    expect(checked()).toMatchObject({ passes: false, said: expect.stringContaining("model-1.safetensors") });
    writeFileSync(join(weights, "model-1.safetensors"), "weights");
    writeFileSync(join(weights, "tokenizer.py"), "import os");
    expect(checked()).toMatchObject({ passes: false, said: expect.stringContaining("tokenizer.py") });
  });
});

describe("a model that cannot run", () => {
  const refusal = (name: string, changes: Partial<ModelArgs>) =>
    plan(() => new Model(name, argsOf(name, changes))).then(
      () => "",
      (error) => {
        expect(error).toBeInstanceOf(pulumi.RunError);
        return error.message as string;
      },
    );

  it("is refused with its reason, in anybody's program", async () => {
    expect(await refusal("apertus", { gpus: 1 })).toMatch(/151\.5 GiB .* room for 125\.2; it could with gpus: 2/);
    expect(await refusal("apertus", { gpus: 3 })).toContain("64 attention heads");
    expect(await refusal("wide", { objects: undefined })).toContain("none is given");
    expect(await refusal("small", { gpus: 2 })).toContain("one MIG instance");
    expect(await refusal("following", { monitoring: false })).toContain("nothing is");
    const turns = { ...country.pools.h200!, sharing: { kind: "time-slicing" as const, replicas: 4, tenant: "kanton" } };
    expect(await refusal("apertus", { nodePool: turns })).toContain("by turns");
  });
});
