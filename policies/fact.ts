/** Stands in a resource's properties for a value that nobody knows yet; at `up` a value takes its place. */
export const UNKNOWN: unique symbol = Symbol("not known yet");

/** A resource as a guard sees it: what will be sent to the provider, secrets unwrapped, unknown values as `UNKNOWN`. */
export type Resource = {
  /** Pulumi type token, `kubernetes:core/v1:Service`. */
  type: string;
  urn: string;
  name: string;
  props: Record<string, unknown>;
  /** The provider that serves it; components have none. */
  provider?: { type: string; name: string; props: Record<string, unknown> };
  /** URN of the parent. */
  parent?: string;
  /** False for a component, which is judged through its children. Where it is not said, a component is what has any. */
  custom?: boolean;
};

/** What can be said about a resource, in words that no provider owns. Rules read nothing else. */
export type Fact = PlaceFact | HostFact | ImageFact | EgressFact | WorkloadFact | IsolationFact | LinkFact | HoleFact;

/** Where something stands or data goes: a region, a zone, a country. */
export type PlaceFact = { kind: "place"; path: string; value: string; secret?: true };

/** A host that data may reach: lower-case name without port, `*.` allowed, or an IP address that is public. */
export type HostFact = {
  kind: "host";
  path: string;
  value: string;
  /** It stands in a secret: judged, never shown. */
  secret?: true;
  /** Why the host is reached where its name is not written: a default, a scheme such as `hf://`. */
  because?: string;
};

/** An image, chart or artifact that is pulled, as written (`nginx`, `registry.example.ch/a/b:1`). */
export type ImageFact = { kind: "image"; path: string; value: string; secret?: true; because?: string };

/** A way out of the cluster: everything, a public address range (CIDR), or the node's own network. */
export type EgressFact = { kind: "egress"; path: string; to: "everything" | "range" | "node-network"; value: string };

/** Pods run in this namespace. */
export type WorkloadFact = { kind: "workload"; path: string; namespace: string };

/** Every pod of this namespace (`*`: of all) may reach only what a rule opens. */
export type IsolationFact = { kind: "isolation"; path: string; namespace: string };

/** The resource is `self`, or hands data on to the resource that is `to`: both `kind.group/namespace/name`. */
export type LinkFact = { kind: "self"; path: string; id: string } | { kind: "link"; path: string; to: string };

/**
 * What is missing: `unknown` until `up`, so that facts of these kinds may be hidden in it, or `undecidable`, never to be
 * known from here.
 */
export type HoleFact =
  | { kind: "unknown"; path: string; hides: readonly Fact["kind"][] }
  | { kind: "undecidable"; path: string; why: string; remedy: string };

/** How a resource came to its facts: a table knows its type, only the sweeps read it, or it cannot be read. */
export type Coverage = "table" | "sweep" | "component" | "undecidable";

/** The facts of one resource, and how they were had. */
export type Described = { facts: Fact[]; by: Coverage };

// What the engine puts on the wire for a value that it does not know yet, one per type.
const UNKNOWN_ON_THE_WIRE = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Properties as the engine or a mock hands them over, made plain: secrets unwrapped, unknown values as `UNKNOWN`. */
export function plain(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWN_ON_THE_WIRE.has(value) ? UNKNOWN : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const object = value as Record<string, unknown>;
  if (object[SIGNATURE] === SECRET) return plain(object.value);
  if (object[SIGNATURE] === OUTPUT) return "value" in object ? plain(object.value) : UNKNOWN;
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, plain(inner)]));
}

/** A property path as Pulumi writes it: `spec.containers[0].image`, `data["config.yaml"]`. */
export function at(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
