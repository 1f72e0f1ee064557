import { at, type Resource, UNKNOWN } from "../../fact.ts";
import { textIn } from "../../sweep/bytes.ts";

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

/** ConfigMaps and Secrets: what pods take variables and files from. */
export function isFileHolder(object: KubernetesObject): boolean {
  return object.group === "" && (object.kind === "ConfigMap" || object.kind === "Secret");
}

/** What a ConfigMap or Secret holds, as text. */
export function textsOf({ kind, body }: KubernetesObject): Record<string, string> {
  const data = kind === "Secret" ? decoded(body.data) : body.data;
  const all = Object.entries({ ...record(data), ...record(body.stringData), ...record(decoded(body.binaryData)) });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** Base64 values as text; what is not text has no addresses to read. */
export function decoded(data: unknown): unknown {
  if (data === UNKNOWN) return UNKNOWN;
  return Object.fromEntries(
    Object.entries(record(data)).map(([key, value]) => {
      if (typeof value !== "string") return [key, value];
      return [key, textIn(Buffer.from(value, "base64")) ?? ""];
    }),
  );
}

/** Names of ConfigMaps and Secrets, and of credentials in them, that a value refers to, however deep. */
export function namesIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") return REFERRING.test(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => namesIn(item, key));
  return Object.entries(record(value)).flatMap(([inner, item]) =>
    namesIn(item, inner === "name" || inner === "secretName" ? `${key} ${inner}` : inner),
  );
}
const REFERRING = /secret|configmap|credential/i;

/** A mapping, or an empty one where the value is something else. */
export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A list, or an empty one where the value is something else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What stands at a path as `at` writes it. */
export function valueAt(value: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, key]) => quoted ?? index ?? key ?? "",
  );
  return keys.reduce<unknown>((inner, key) => (Array.isArray(inner) ? inner[Number(key)] : record(inner)[key]), value);
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
