import { formatPath, type Path } from "../kubernetes-provider/differences.ts";
import { isMap, isSecret, isUnknown, type Properties, reveal, type Value } from "../kubernetes-provider/properties.ts";
import type { Wording } from "./cloud.ts";
import type { Fault } from "./cloud-type.ts";
import type { PropertyShape, Shape } from "./sdk-shapes.ts";

/** Where properties are not of the shape that the SDK declares; what is unknown is taken for right. */
export function shapeFaults(
  inputs: Properties,
  shapes: Map<string, PropertyShape>,
  wording: Wording,
  path: Path = [],
): Fault[] {
  const given = Object.entries(inputs).filter(([key, value]) => !key.startsWith("__") && value !== null);
  const strays = given
    .filter(([key]) => !shapes.has(key))
    .map(([key]) => fault([...path, key], (at) => wording.unknownProperty(at, nearest(key, [...shapes.keys()]))));
  const missing = [...shapes]
    .filter(([key, { required }]) => required && (inputs[key] ?? null) === null)
    .map(([key]) => fault([...path, key], (at) => wording.missingProperty(at)));
  const wrong = given.flatMap(([key, value]) => {
    const known = shapes.get(key);
    return known ? valueFaults(value, known.shape, wording, [...path, key]) : [];
  });
  return [...strays, ...missing, ...wrong];
}

function valueFaults(marked: Value, shape: Shape, wording: Wording, path: Path): Fault[] {
  const value = isSecret(marked) ? ((marked as Properties).value ?? null) : marked;
  if (isUnknown(value) || shape.kind === "any") return [];
  const wrong = (expected: string) => [fault(path, (at) => wording.wrongType(at, expected, kindOf(value)))];
  switch (shape.kind) {
    case "list":
      if (!Array.isArray(value)) return wrong("list");
      return value.flatMap((member, index) => valueFaults(member, shape.of, wording, [...path, index]));
    case "map":
      if (!isMap(value)) return wrong("map");
      return Object.entries(value).flatMap(([key, member]) => valueFaults(member, shape.of, wording, [...path, key]));
    case "object":
      return isMap(value) ? shapeFaults(value, shape.properties(), wording, path) : wrong("object");
    case "enum": {
      if (typeof value !== typeof shape.values[0]) return wrong(typeof shape.values[0]);
      if (shape.values.includes(value as string)) return [];
      const reason = wording.notOneOf(formatPath(path), String(reveal(value)), shape.values.map(String), shape.open);
      return reason === undefined ? [] : [{ property: formatPath(path), reason }];
    }
    default:
      return typeof value === shape.kind ? [] : wrong(shape.kind);
  }
}

function fault(path: Path, reason: (at: string) => string): Fault {
  const property = formatPath(path);
  return { property, reason: reason(property) };
}

function kindOf(value: Value): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

/** What was probably meant: a name that differs in its case, in an ending, or in little else. */
function nearest(key: string, names: string[]): string | undefined {
  const plain = (name: string) =>
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "")
      .replace(/s$/, "");
  const same = names.find((name) => plain(name) === plain(key));
  return same ?? names.find((name) => plain(name).includes(plain(key)) || plain(key).includes(plain(name)));
}
