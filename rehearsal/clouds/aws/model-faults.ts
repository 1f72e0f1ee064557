import { isMap, type Properties, type Value } from "../../kubernetes-provider/properties.ts";
import type { Fault } from "../cloud-type.ts";
import type { ModelShape, ServiceModels } from "./service-models.ts";

/** Which request of the API a type's inputs become, and where a property goes whose name the API spells otherwise. */
export type Request = {
  service: string;
  operation: string;
  /** API members by path of the property: `{ subnetIds: "subnets", rules: "LifecycleConfiguration.Rules" }`; null: none. */
  members?: Record<string, string | null>;
};

/** What AWS's own model of a request has against some inputs, in the sentences of its services. */
export function modelFaults(inputs: Properties, request: Request, models: ServiceModels): Fault[] {
  const shape = models.input(request.service, request.operation);
  return shape ? inStructure(inputs, shape, { models, ...request }, "") : [];
}

type Judge = Request & { models: ServiceModels };

function inStructure(value: Properties, shape: ModelShape, judge: Judge, path: string): Fault[] {
  return Object.entries(value).flatMap(([key, one]) => {
    const at = path ? `${path}.${key}` : key;
    const named = judge.members?.[at.replaceAll(/\[\d+\]/g, "")];
    if (named === null) return [];
    const member = memberAt(shape, named?.split(".") ?? [spelling(shape, key)], judge);
    return member ? valueFaults(one, member, judge, at) : [];
  });
}

function valueFaults(value: Value, shape: ModelShape, judge: Judge, at: string): Fault[] {
  const { models, service } = judge;
  switch (shape.type) {
    case "structure":
      return isMap(value) ? inStructure(value, shape, judge, at) : [];
    case "list": {
      const member = models.shape(service, shape.member!.shape);
      // The provider has one where the API has a list of one.
      if (!Array.isArray(value)) return valueFaults(value, member, judge, at);
      const members = value.flatMap((one, index) => valueFaults(one, member, judge, `${at}[${index}]`));
      return [...measured(value.length, shape, at, value, "length"), ...members];
    }
    case "map": {
      if (!isMap(value)) return [];
      const [keys, values] = [models.shape(service, shape.key!.shape), models.shape(service, shape.value!.shape)];
      return Object.entries(value).flatMap(([key, one]) => [
        ...valueFaults(key, keys, judge, at),
        ...valueFaults(one, values, judge, `${at}.${key}`),
      ]);
    }
    case "string":
      return typeof value === "string" ? inString(value, shape, at) : [];
    case "integer":
    case "long":
    case "float":
    case "double":
      return typeof value === "number" ? measured(value, shape, at, value, "value") : [];
    default:
      return [];
  }
}

function inString(value: string, shape: ModelShape, at: string): Fault[] {
  if (shape.enum && !shape.enum.includes(value)) {
    return [violated(at, value, `Member must satisfy enum value set: [${shape.enum.join(", ")}]`)];
  }
  const length = measured(value.length, shape, at, value, "length");
  if (length.length > 0 || !shape.pattern || expression(shape.pattern)?.test(value) !== false) return length;
  return [violated(at, value, `Member must satisfy regular expression pattern: ${shape.pattern}`)];
}

function measured(measure: number, { min, max }: ModelShape, at: string, value: Value, what: "length" | "value") {
  if (min !== undefined && measure < min) {
    return [violated(at, value, `Member must have ${what} greater than or equal to ${min}`)];
  }
  if (max !== undefined && measure > max) {
    return [violated(at, value, `Member must have ${what} less than or equal to ${max}`)];
  }
  return [];
}

/** The form in which AWS's services refuse what their model forbids. */
function violated(at: string, value: Value, constraint: string): Fault {
  const shown = typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
  return {
    property: at,
    reason: `1 validation error detected: Value '${shown}' at '${at}' failed to satisfy constraint: ${constraint}`,
  };
}

/** Services match a pattern as a whole; a few patterns are of a dialect that is not ours, and bind nobody here. */
function expression(pattern: string): RegExp | undefined {
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags);
    } catch {}
  }
  return undefined;
}

function memberAt(shape: ModelShape, path: string[], judge: Judge): ModelShape | undefined {
  let at: ModelShape | undefined = shape;
  for (const name of path) {
    const reference: string | undefined = at?.members?.[name]?.shape;
    at = reference === undefined ? undefined : judge.models.shape(judge.service, reference);
  }
  return at;
}

/** The API's spelling of a property: `cidrBlock` is CidrBlock, `taints` may be Taint, `rule` Rules. */
function spelling(shape: ModelShape, key: string): string {
  const plain = (name: string) => name.toLowerCase().replace(/s$/, "");
  const names = Object.keys(shape.members ?? {});
  return (
    names.find((name) => name.toLowerCase() === key.toLowerCase()) ??
    names.find((name) => plain(name) === plain(key)) ??
    ""
  );
}
