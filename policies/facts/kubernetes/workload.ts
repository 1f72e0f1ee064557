import { at, type Fact, UNKNOWN } from "../../fact.ts";
import { reachedByDefault } from "./default.ts";
import { type KubernetesObject, kindOf, listOf, record } from "./object.ts";

// Hold pod specs, and run none.
const TEMPLATES =
  /^(?:PodTemplate|ConfigMap|Secret|.*Runtime\.serving\.kserve\.io|.*\.(?:admissionregistration|apiextensions)\.k8s\.io)$/;
const BUILT_IN = /^(?:Pod|ReplicationController|[A-Za-z]+\.(?:apps|batch))$/;

/** Images that an operator pulls where an object names none. */
const ABSENT: Record<string, { path: string[]; image: string }> = {
  "Cluster.postgresql.cnpg.io": { path: ["spec", "imageName"], image: "ghcr.io/cloudnative-pg/postgresql" },
  "Prometheus.monitoring.coreos.com": { path: ["spec", "image"], image: "quay.io/prometheus/prometheus" },
  "Alertmanager.monitoring.coreos.com": { path: ["spec", "image"], image: "quay.io/prometheus/alertmanager" },
};

/** What running pods adds to the sweeps: where they run, the node's network, and what they reach by default. */
export function workload(object: KubernetesObject, swept: readonly Fact[]): Fact[] {
  if (TEMPLATES.test(kindOf(object))) return [];
  const facts: Fact[] = [];
  const pods: string[] = [];
  visit(object.body, "", (mapping, path) => {
    if (Array.isArray(mapping.containers)) pods.push(path);
    facts.push(...nodeNetwork(mapping, path), ...containers(mapping, path));
  });
  facts.push(...absentImage(object));
  return [...facts, ...runsPods(object, pods[0], [...swept, ...facts])];
}

/** Every mapping of the object, however deep: built-in kinds, and custom ones that embed a pod. */
function visit(value: unknown, path: string, see: (mapping: Record<string, unknown>, path: string) => void): void {
  if (Array.isArray(value)) value.forEach((item, index) => void visit(item, at(path, index), see));
  else if (typeof value === "object" && value !== null) {
    see(record(value), path);
    for (const [key, inner] of Object.entries(value)) {
      if (key !== "metadata" && key !== "status") visit(inner, at(path, key), see);
    }
  }
}

function nodeNetwork({ hostNetwork }: Record<string, unknown>, path: string): Fact[] {
  const where = at(path, "hostNetwork");
  if (hostNetwork === UNKNOWN) return [{ kind: "unknown", path: where, hides: ["egress"] }];
  return hostNetwork === true
    ? [{ kind: "egress", path: where, to: "node-network", value: "the node's own network" }]
    : [];
}

function containers(mapping: Record<string, unknown>, path: string): Fact[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((key) =>
    listOf(mapping[key]).flatMap((container, index) => reachedByDefault(record(container), at(at(path, key), index))),
  );
}

function absentImage(object: KubernetesObject): Fact[] {
  const absent = ABSENT[kindOf(object)];
  const named = absent?.path.reduce<unknown>((value, key) => record(value)[key], object.body);
  if (absent === undefined || (named !== undefined && named !== null && named !== "")) return [];
  const because = "nothing is named, so the operator pulls its default";
  return [{ kind: "image", path: absent.path.join("."), value: absent.image, because }];
}

function runsPods(object: KubernetesObject, pod: string | undefined, facts: readonly Fact[]): Fact[] {
  const custom = !BUILT_IN.test(kindOf(object));
  // An operator runs pods for a custom resource that names an image; one without a namespace is cluster-wide.
  if (custom && record(object.body.metadata).namespace === undefined) return [];
  const path = pod ?? (custom ? facts.find(holdsImage)?.path : undefined);
  if (path === undefined) return [];
  if (object.namespace === undefined) return [{ kind: "unknown", path: "metadata.namespace", hides: ["workload"] }];
  return [{ kind: "workload", path, namespace: object.namespace }];
}

function holdsImage(fact: Fact): boolean {
  return /image/i.test(fact.path) && (fact.kind === "image" || fact.kind === "unknown");
}
