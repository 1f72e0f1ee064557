import { isMap, type Properties, reveal, type Value } from "./properties.ts";

/** A Kubernetes object as the API server takes and gives it. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: Value | Metadata;
};

export type Metadata = {
  name?: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { uid: string }[];
  managedFields?: ManagedField[];
};

/** Which fields of an object a manager owns; `subresource` tells owners of its status from owners of its spec. */
export type ManagedField = {
  manager: string;
  operation: "Apply" | "Update";
  subresource?: string;
  fieldsV1?: Properties;
  apiVersion?: string;
  fieldsType?: string;
  time?: string;
};

const dashed = [
  "embedded-resource",
  "int-or-string",
  "list-map-keys",
  "list-type",
  "map-type",
  "preserve-unknown-fields",
  "validations",
];
const dashedKeys = new Map(dashed.map((name) => [`x_kubernetes_${name.replaceAll("-", "_")}`, `x-kubernetes-${name}`]));
const underscoredKeys = new Map([...dashedKeys].map(([underscored, key]) => [key, underscored]));

/** The object that properties describe: secrets in the clear, and the keys that no programming language can spell as they are. */
export function toKubeObject(properties: Properties): KubeObject {
  const object = renameKeys(reveal(properties), dashedKeys) as Properties;
  return { ...object, metadata: isMap(object.metadata) ? object.metadata : {} } as KubeObject;
}

/** The properties that an object has towards the engine. */
export function fromKubeObject(object: KubeObject): Properties {
  return renameKeys(object as Value, underscoredKeys) as Properties;
}

/** The identity under which the engine remembers an object: `namespace/name`, or `name` where there is no namespace. */
export function idOf({ metadata: { namespace, name = "" } }: KubeObject): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Namespace and name of an identity. */
export function parseId(id: string): { namespace: string | undefined; name: string } {
  const [first = "", second] = id.split("/");
  return second === undefined ? { namespace: undefined, name: first } : { namespace: first, name: second };
}

/** A field deep in an object, or undefined where the way to it ends. */
export function field(object: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], object);
}

/** Annotations that steer Pulumi's Kubernetes provider. */
export const annotations = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  waitFor: "pulumi.com/waitFor",
  patchForce: "pulumi.com/patchForce",
  patchFieldManager: "pulumi.com/patchFieldManager",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
};

/** An annotation's value; undefined where there are none, or where they are not known yet. */
export function annotation(object: KubeObject, name: string): string | undefined {
  const value = field(object, "metadata", "annotations", name);
  return typeof value === "string" ? value : undefined;
}

/** What of `live` has a counterpart in `shape`: the live values of just the fields that a program declares. */
export function pruned(live: Value, shape: Value): Value {
  if (isMap(live) && isMap(shape)) {
    const shared = Object.entries(shape).flatMap(([key, wanted]) => {
      if (key in live) return [[key, pruned(live[key]!, wanted)] as const];
      // The API server does not keep what is declared empty: it is as declared.
      return isEmpty(wanted) ? [[key, wanted] as const] : [];
    });
    return Object.fromEntries(shared);
  }
  if (Array.isArray(live) && Array.isArray(shape)) {
    return live.slice(0, shape.length).map((item, index) => pruned(item, shape[index]!));
  }
  // `1000m` and `1` are the same quantity: the program's spelling stays.
  return sameQuantity(live, shape) ? shape : live;
}

function isEmpty(value: Value): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

const suffixes: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether two values are one Kubernetes quantity, spelled differently. */
export function sameQuantity(a: Value, b: Value): boolean {
  const [left, right] = [quantity(a), quantity(b)];
  return left !== undefined && left === right;
}

function quantity(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const [, digits, suffix] = /^([+-]?[0-9.]+)([numkMGTPE]|[KMGTPE]i)?$/.exec(value) ?? [];
  return digits === undefined ? undefined : Number(digits) * suffixes[suffix ?? ""]!;
}

function renameKeys(value: Value, names: Map<string, string>): Value {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [names.get(key) ?? key, renameKeys(item, names)]),
  );
}
