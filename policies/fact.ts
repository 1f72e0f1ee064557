import type { filters } from "../catalogue/resource.ts";

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
  /** What the provider answered, where that is known: identities and places, never judged as what was asked for. */
  outputs?: Record<string, unknown>;
  /** What could not be read of it, whatever its type: encrypted values, a resource that is only read. */
  holes?: readonly { path: string; why: string; remedy: string }[];
  /** Texts in it that are secret: they are judged and shown nowhere. */
  secrets?: readonly string[];
  /** URN of the parent. */
  parent?: string;
  /** URNs of what it was made from. */
  dependencies?: readonly string[];
  /** False for a component, which is judged through its children. Where it is not said, a component is what has any. */
  custom?: boolean;
};

/** What can be said about a resource, in words that no provider owns. Rules read nothing else. */
export type Fact =
  | WhereFact
  | ImageFact
  | EgressFact
  | FilterFact
  | WorkloadFact
  | IsolationFact
  | LinkFact
  | GuardFact
  | ClassFact
  | HoleFact;

/**
 * Why something is where it is: the data itself, a copy of it, the keys to it, records about it (logs, metrics, bills), what a
 * model is asked, who may get at it, or the door through which users come. One rule speaks for each.
 */
export type Purpose = "data" | "copy" | "key" | "log" | "prompt" | "access" | "door";

/** Where something stands or goes. */
export type WhereFact = PlaceFact | HostFact | AccountFact | UnboundedFact | ReferenceFact;

const WHERE: ReadonlySet<Fact["kind"]> = new Set(["place", "host", "account", "unbounded", "reference"]);

export function isWhere(fact: Fact): fact is WhereFact {
  return WHERE.has(fact.kind);
}

type Where = {
  path: string;
  value: string;
  /** `data` where nothing is said. */
  purpose?: Purpose;
  /** Why it leads there where that is not written: a default, a scheme such as `hf://`. */
  because?: string;
  /** What mends it, where a table knows better than the rule. */
  remedy?: string;
  /** It stands in a secret: judged, never shown. */
  secret?: true;
};

/** A place: a region, a zone, a country. `own` is where the resource itself stands. */
export type PlaceFact = Where & { kind: "place"; own?: true };

/** A host that data may reach: lower-case name without port, `*.` allowed, or an IP address that is public. */
export type HostFact = Where & { kind: "host" };

/** Somebody who may act or receive: an AWS account number, an Azure tenant or subscription, a Google project. */
export type AccountFact = Where & { kind: "account" };

/** Bound to no place at all: a service of the whole world, any caller, a default that lets the provider choose. */
export type UnboundedFact = Where & { kind: "unbounded" };

/**
 * Another resource, by the identities it may be known under, best first; where that one stands decides. If no resource of the
 * program has one of them, `otherwise` says what then: nobody can decide it, it is judged as the host or the place it names, or
 * (where nothing is said) it says nothing. `own`: the resource itself stands where the other one does.
 */
export type ReferenceFact = Where & {
  kind: "reference";
  to: readonly string[];
  otherwise?: "undecidable" | "host" | "place";
  own?: true;
};

/** An image, chart or artifact that is pulled, as written (`nginx`, `registry.example.ch/a/b:1`). */
export type ImageFact = {
  kind: "image";
  path: string;
  value: string;
  secret?: true;
  because?: string;
  /** What the name of a cloud's registry tells: its region, its owner, or the resource that it is. */
  registry?: readonly WhereFact[];
};

/**
 * A way out of the cluster: everything, a public address range (CIDR), or the node's own network. `beside`: in a component of
 * Freehold's, it is none where one of these stands in the same component.
 */
export type EgressFact = {
  kind: "egress";
  path: string;
  to: "everything" | "range" | "node-network";
  value: string;
  beside?: readonly FilterFact["filter"][];
};

/** What lets through only what it names (a firewall that drops all else), or only answers (a load balancer). */
export type FilterFact = { kind: "filter"; path: string; filter: (typeof filters)[number]; value: string };

/** Pods run in this namespace. */
export type WorkloadFact = { kind: "workload"; path: string; namespace: string };

/** Every pod of this namespace (`*`: of all) may reach only what a rule opens. */
export type IsolationFact = { kind: "isolation"; path: string; namespace: string };

/** The resource is `self`, or hands data on to the resource that is `to`: both `kind.group/namespace/name`, or another identity. */
export type LinkFact = { kind: "self"; path: string; id: string } | { kind: "link"; path: string; to: string };

/** A guard of the cloud's own is lifted, bypassed or only reports, or a default that was closed is open again. */
export type GuardFact = {
  kind: "guard";
  path: string;
  value: string;
  because?: string;
  remedy?: string;
  /** What is allowed, where it is more than policies that are enforced. */
  allowed?: string;
};

/** The class of the data that the resource holds, as its labels or tags declare it: a treaty may let some classes go further. */
export type ClassFact = { kind: "class"; path: string; value: string };

/**
 * What is missing: `unknown` until `up`, so that facts of these kinds may be hidden in it, or `undecidable`, never to be
 * known from here.
 */
export type HoleFact =
  | { kind: "unknown"; path: string; hides: readonly Fact["kind"][]; purpose?: Purpose }
  | { kind: "undecidable"; path: string; why: string; remedy: string; purpose?: Purpose };

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

/**
 * Properties as the engine or a mock hands them over, made plain: secrets unwrapped, unknown values as `UNKNOWN`, assets and
 * archives as the URI, text or path they are.
 */
export function plain(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWN_ON_THE_WIRE.has(value) ? UNKNOWN : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const object = value as Record<string, unknown>;
  const signature = object[SIGNATURE];
  if (signature === SECRET) return plain(object.value);
  if (signature === OUTPUT) return "value" in object ? plain(object.value) : UNKNOWN;
  const entries = Object.entries(object).map(([key, inner]): [string, unknown] => [key, plain(inner)]);
  return Object.fromEntries(signature === undefined ? entries : entries.filter(([key]) => key !== SIGNATURE));
}

/** Every text that stands in a secret, of properties as the engine hands them over. */
export function secretsIn(value: unknown, secret = false): string[] {
  if (typeof value === "string") return secret ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  const object = value as Record<string, unknown>;
  const within = secret || object[SIGNATURE] === SECRET;
  const keys = secret ? Object.keys(object) : [];
  return [
    ...keys,
    ...Object.entries(object).flatMap(([key, inner]) => (key === SIGNATURE ? [] : secretsIn(inner, within))),
  ];
}

/** A property path as Pulumi writes it: `spec.containers[0].image`, `data["config.yaml"]`. */
export function at(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
