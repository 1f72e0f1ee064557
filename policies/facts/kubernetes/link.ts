import { at, type Fact } from "../../fact.ts";
import { type KubernetesObject, kindOf, record } from "./object.ts";

// What a reference means when it names no kind.
const BACKENDS: Record<string, string> = {
  "AIGatewayRoute.aigateway.envoyproxy.io": "AIServiceBackend.aigateway.envoyproxy.io",
  "MCPRoute.aigateway.envoyproxy.io": "Backend.gateway.envoyproxy.io",
};
const REFERENCES = new Set(["backendRef", "backendRefs", "service", "services"]);
const SENDERS = /Route|Backend|Ingress|Policy|VirtualService|TraefikService|EnvoyProxy/;

/** Who the object is, and to which objects it hands on what it receives: a route to its backends, fallbacks among them. */
export function links(object: KubernetesObject): Fact[] {
  if (object.name === undefined) return [];
  const facts: Fact[] = [{ kind: "self", path: "metadata.name", id: identity(object, object.name, object.namespace) }];
  if (SENDERS.test(object.kind)) follow(object, object.body.spec, "spec", "", facts);
  return facts;
}

function follow(object: KubernetesObject, value: unknown, path: string, key: string, facts: Fact[]): void {
  if (Array.isArray(value)) value.forEach((item, index) => void follow(object, item, at(path, index), key, facts));
  else if (typeof value === "object" && value !== null) {
    const { group, kind, name, namespace } = record(value);
    if (REFERENCES.has(key) && typeof name === "string") {
      const to =
        typeof kind === "string" ? { kind, group: typeof group === "string" ? group : "" } : defaultBackend(object);
      const where = typeof namespace === "string" ? namespace : object.namespace;
      facts.push({ kind: "link", path, to: identity(to, name, where) });
    }
    for (const [inner, item] of Object.entries(value)) follow(object, item, at(path, inner), inner, facts);
  }
}

function defaultBackend(object: KubernetesObject): { kind: string; group: string } {
  const [kind = "", ...group] = (BACKENDS[kindOf(object)] ?? "Service").split(".");
  return { kind, group: group.join(".") };
}

function identity(kind: { kind: string; group: string }, name: string, namespace: string | undefined): string {
  return `${kindOf(kind)}/${namespace ?? ""}/${name}`;
}
