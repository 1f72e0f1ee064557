import { at, type Fact, UNKNOWN } from "../../fact.ts";
import { type KubernetesObject, kindOf, listOf, record } from "./object.ts";

type PodSpec = { spec: Record<string, unknown>; path: string };

// Hold pod specs, and run none.
const TEMPLATES =
  /^(?:PodTemplate|ConfigMap|Secret|.*Runtime\.serving\.kserve\.io|.*\.(?:admissionregistration|apiextensions)\.k8s\.io)$/;
const BUILT_IN = /^(?:Pod|ReplicationController|[A-Za-z]+\.(?:apps|batch))$/;

/** What pods reach by not being told otherwise: a switch that is off by default, and where its absence leads. */
type Default = { image: RegExp; unless: [variable: string, value: RegExp][]; host: string; what: string };
const on = /^(?:1|true|yes|on)$/i;
const DEFAULTS: Default[] = [
  {
    // vLLM documentation, "Usage Stats Collection".
    image: /(?:^|[/_-])vllm/,
    unless: [
      ["VLLM_NO_USAGE_STATS", on],
      ["DO_NOT_TRACK", on],
    ],
    host: "stats.vllm.ai",
    what: "vLLM reports usage unless VLLM_NO_USAGE_STATS=1",
  },
  {
    // huggingface_hub documentation, "Environment variables".
    image: /(?:^|[/_-])(?:vllm|sglang|text-generation-inference|text-embeddings-inference|tgi)/,
    unless: [["HF_HUB_OFFLINE", on]],
    host: "huggingface.co",
    what: "weights and tokenizers are looked up at the hub unless HF_HUB_OFFLINE=1",
  },
  {
    // LiteLLM documentation, "model cost map".
    image: /(?:^|\/)litellm/,
    unless: [["LITELLM_LOCAL_MODEL_COST_MAP", on]],
    host: "raw.githubusercontent.com",
    what: "LiteLLM fetches its price list unless LITELLM_LOCAL_MODEL_COST_MAP=True",
  },
  {
    // Ray documentation, "Usage Stats Collection".
    image: /(?:^|\/)(?:ray|ray-ml|ray-llm)(?:[:@]|$)/,
    unless: [["RAY_USAGE_STATS_ENABLED", /^0$/]],
    host: "usage-stats.ray.io",
    what: "Ray reports usage unless RAY_USAGE_STATS_ENABLED=0",
  },
];

/** Images that an operator pulls where an object names none. */
const ABSENT: Record<string, { path: string[]; image: string }> = {
  "Cluster.postgresql.cnpg.io": { path: ["spec", "imageName"], image: "ghcr.io/cloudnative-pg/postgresql" },
  "Prometheus.monitoring.coreos.com": { path: ["spec", "image"], image: "quay.io/prometheus/prometheus" },
  "Alertmanager.monitoring.coreos.com": { path: ["spec", "image"], image: "quay.io/prometheus/alertmanager" },
};

/** What running pods adds to the sweeps: where they run, the node's network, and what they reach by default. */
export function workload(object: KubernetesObject, swept: readonly Fact[]): Fact[] {
  const pods = TEMPLATES.test(kindOf(object)) ? [] : podSpecs(object.body);
  const facts = pods.flatMap(({ spec, path }) => [...nodeNetwork(spec, path), ...containers(spec, path)]);
  const absent = ABSENT[kindOf(object)];
  if (absent && !has(object.body, absent.path)) {
    const because = `nothing is named, so the operator pulls its default`;
    facts.push({ kind: "image", path: absent.path.join("."), value: absent.image, because });
  }
  return [...facts, ...runsPods(object, pods, [...swept, ...facts])];
}

function runsPods(object: KubernetesObject, pods: PodSpec[], facts: Fact[]): Fact[] {
  const custom = !BUILT_IN.test(kindOf(object));
  // An operator runs pods for a custom resource that names an image; one without a namespace is cluster-wide.
  if (custom && (TEMPLATES.test(kindOf(object)) || record(object.body.metadata).namespace === undefined)) return [];
  const image = facts.find(
    (fact) => fact.kind === "image" || (fact.kind === "unknown" && fact.hides.includes("image")),
  );
  const path = pods[0]?.path ?? (custom ? image?.path : undefined);
  if (path === undefined) return [];
  if (object.namespace === undefined) return [{ kind: "unknown", path: "metadata.namespace", hides: ["workload"] }];
  return [{ kind: "workload", path, namespace: object.namespace }];
}

/** Every mapping that holds containers, however deep: built-in kinds, and custom ones that embed a pod. */
function podSpecs(value: unknown, path = "", found: PodSpec[] = []): PodSpec[] {
  if (Array.isArray(value)) value.forEach((item, index) => void podSpecs(item, at(path, index), found));
  else if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.some(([key, inner]) => key === "containers" && Array.isArray(inner)))
      found.push({ spec: record(value), path });
    for (const [key, inner] of entries)
      if (key !== "metadata" && key !== "status") podSpecs(inner, at(path, key), found);
  }
  return found;
}

function nodeNetwork(spec: Record<string, unknown>, path: string): Fact[] {
  const where = at(path, "hostNetwork");
  if (spec.hostNetwork === UNKNOWN) return [{ kind: "unknown", path: where, hides: ["egress"] }];
  if (spec.hostNetwork !== true) return [];
  return [{ kind: "egress", path: where, to: "node-network", value: "the node's own network" }];
}

function containers(spec: Record<string, unknown>, path: string): Fact[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((key) =>
    listOf(spec[key]).flatMap((container, index) => reachedByDefault(record(container), at(at(path, key), index))),
  );
}

function reachedByDefault(container: Record<string, unknown>, path: string): Fact[] {
  const { image } = container;
  if (typeof image !== "string") return [];
  const env = new Map(listOf(container.env).map((item) => [record(item).name, record(item).value]));
  return DEFAULTS.filter((row) => row.image.test(image)).flatMap(({ unless, host, what }): Fact[] => {
    const values = unless.map(([variable, wanted]) => [env.get(variable), wanted] as const);
    if (values.some(([value, wanted]) => typeof value === "string" && wanted.test(value))) return [];
    const where = at(path, "env");
    if (values.some(([value]) => value === UNKNOWN)) return [{ kind: "unknown", path: where, hides: ["host"] }];
    return [{ kind: "host", path: where, value: host, because: what }];
  });
}

function has(body: unknown, path: string[]): boolean {
  let value = body;
  for (const key of path) value = record(value)[key];
  return value !== undefined && value !== null && value !== "";
}
