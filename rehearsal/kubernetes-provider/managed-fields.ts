import { field, type KubeObject, type ManagedField } from "./kube-object.ts";
import { isMap, type Properties, type Value } from "./properties.ts";

/**
 * The managed fields of an object after the fields that `creator` set by plain creation belong to `manager` by apply, so
 * that applying can remove them too; undefined when there are none.
 */
export function takeOver({ metadata }: KubeObject, creator: string, manager: string): ManagedField[] | undefined {
  const all = metadata.managedFields ?? [];
  const isCreators = (entry: ManagedField) =>
    entry.manager === creator && entry.operation === "Update" && !entry.subresource;
  const created = all.find(isCreators);
  if (!created) return undefined;
  const isOurs = (entry: ManagedField) =>
    entry.manager === manager && entry.operation === "Apply" && !entry.subresource;
  const ours = all.find(isOurs);
  const fieldsV1 = union(created.fieldsV1 ?? {}, ours?.fieldsV1 ?? {}) as Properties;
  const rest = all.filter((entry) => !isCreators(entry) && !isOurs(entry));
  return [...rest, { ...created, ...ours, manager, operation: "Apply", fieldsV1 }];
}

/**
 * The object without ignored fields that another manager owns, and with the live value of those that we own: so that
 * applying neither takes nor changes them.
 */
export function leaveToOthers(object: KubeObject, live: KubeObject, ignored: string[], manager: string): KubeObject {
  return ignored.reduce((wanted, path) => {
    const keys = path.split(".");
    const value = field(live, ...keys) as Value | undefined;
    if (value === undefined) return wanted;
    const isOurs = owners(live, keys).includes(manager);
    const isTheirs = owners(live, keys).length > 0 && !isOurs;
    return withField(wanted as Value, keys, isTheirs ? undefined : value) as KubeObject;
  }, object);
}

function owners({ metadata: { managedFields = [] } }: KubeObject, keys: string[]): string[] {
  const path = keys.map((key) => `f:${key}`);
  return managedFields.filter(({ fieldsV1 }) => field(fieldsV1, ...path) !== undefined).map(({ manager }) => manager);
}

function withField(value: Value, [key, ...rest]: string[], wanted: Value | undefined): Value {
  if (key === undefined || !isMap(value)) return value;
  const { [key]: inner, ...others } = value;
  if (rest.length > 0) return inner === undefined ? value : { ...value, [key]: withField(inner, rest, wanted) };
  return wanted === undefined ? others : { ...value, [key]: wanted };
}

function union(a: Value, b: Value): Value {
  if (!isMap(a) || !isMap(b)) return b;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in a && key in b ? union(a[key]!, b[key]!) : (b[key] ?? a[key])!]),
  );
}
