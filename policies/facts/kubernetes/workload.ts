import { at, type Fact, UNKNOWN } from "../../fact.ts";
import { bareHost } from "../../sweep/address.ts";
import { type KubernetesObject, kindOf, listOf, record } from "./object.ts";
import { reachedByDefault } from "./program.ts";

// Hold pod specs, and run none.
const TEMPLATES =
  /^(?:PodTemplate|ConfigMap|Secret|.*Runtime\.serving\.kserve\.io|.*\.(?:admissionregistration|apiextensions)\.k8s\.io)$/;
const BUILT_IN = /^(?:Pod|ReplicationController|[A-Za-z]+\.(?:apps|batch))$/;

/** What running pods adds to the sweeps: where they run, the node's network, and what they reach by default. */
export function workload(object: KubernetesObject, swept: readonly Fact[]): Fact[] {
  if (TEMPLATES.test(kindOf(object))) return [];
  const facts: Fact[] = [];
  const pods: string[] = [];
  visit(object.body, "", (mapping, path) => {
    if (Array.isArray(mapping.containers)) pods.push(path);
    facts.push(...nodeNetwork(mapping, path), ...searches(mapping, path), ...containers(object, mapping, path));
  });
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

/** Domains in which names are looked up that the cluster does not know: whoever holds one answers for all of them. */
function searches({ dnsConfig }: Record<string, unknown>, path: string): Fact[] {
  const because = "short names are looked up there";
  return listOf(record(dnsConfig).searches).flatMap((domain, index): Fact[] => {
    const value = typeof domain === "string" ? bareHost(domain.replace(/\.$/, "")) : undefined;
    if (value === undefined) return [];
    return [{ kind: "host", path: `${at(path, "dnsConfig")}.searches[${index}]`, value, because, purpose: "door" }];
  });
}

function containers(object: KubernetesObject, pod: Record<string, unknown>, path: string): Fact[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((key) =>
    listOf(pod[key]).flatMap((container, index) =>
      reachedByDefault(object, pod, record(container), at(at(path, key), index)),
    ),
  );
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
