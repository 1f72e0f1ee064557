import { at, type Resource, UNKNOWN } from "../../fact.ts";

/** A Kubernetes object as far as its identity goes. */
export type KubernetesObject = {
  /** API group without version, empty for the core. */
  group: string;
  /** Kind without the `Patch` that Pulumi's patch resources add. */
  kind: string;
  /** Undefined while it is not known. */
  name: string | undefined;
  /** The namespace it says, or that its provider fills in; undefined while it is not known. */
  namespace: string | undefined;
  body: Record<string, unknown>;
};

/** The object that a resource will send to the API server, by what it says of itself, else by its type token. */
export function objectOf({ type, props, provider }: Resource, body: Record<string, unknown> = props): KubernetesObject {
  const [, version = "", token = ""] = type.split(":");
  const apiVersion = typeof body.apiVersion === "string" ? body.apiVersion : version.replace(/^core\//, "");
  const kind = typeof body.kind === "string" ? body.kind : token;
  const metadata = record(body.metadata);
  const fallback = typeof provider?.props.namespace === "string" ? provider.props.namespace : "default";
  return {
    group: apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "",
    kind: kind.replace(/(?<=[a-z])Patch$/, ""),
    name: typeof metadata.name === "string" ? metadata.name : undefined,
    namespace: body.metadata === UNKNOWN ? undefined : known(metadata.namespace ?? fallback),
    body,
  };
}

/** `Kind.group`, the way kubectl names a kind. */
export function kindOf({ kind, group }: Pick<KubernetesObject, "kind" | "group">): string {
  return group === "" ? kind : `${kind}.${group}`;
}

/** A mapping, or an empty one where the value is something else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A list, or an empty one where the value is something else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Every place of a value that is not known yet. */
export function holesIn(value: unknown, path: string): string[] {
  if (value === UNKNOWN) return [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => holesIn(item, at(path, index)));
  return Object.entries(record(value)).flatMap(([key, inner]) => holesIn(inner, at(path, key)));
}

function known(value: unknown): string | undefined {
  return value === UNKNOWN || typeof value !== "string" ? undefined : value;
}
