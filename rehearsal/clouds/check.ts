import { createHash, randomBytes } from "node:crypto";
import { isMap, type Properties, type Value } from "../kubernetes-provider/properties.ts";
import type { Autonaming } from "../provider-messages.ts";
import type { Cloud } from "./cloud.ts";
import type { Autoname, CloudType, Fault } from "./cloud-type.ts";
import { knownPart } from "./known.ts";
import { shapeFaults } from "./shape-faults.ts";

export type CheckRequest = {
  type: string;
  /** Name of the resource in the program. */
  name: string;
  olds: Properties;
  news: Properties;
  randomSeed: Uint8Array;
  autonaming?: Autonaming;
};

/** Where the provider keeps which inputs it filled in itself, as bridged providers do. */
export const defaultsMark = "__defaults";

/** What a program declared, named where it gave no name, and everything that the provider has against it. */
export function check<Settings>(
  request: CheckRequest,
  type: CloudType<Settings>,
  cloud: Cloud<Settings>,
  settings: Settings,
): { inputs: Properties; faults: Fault[] } {
  const { [defaultsMark]: _, ...news } = withoutNulls(request.news);
  const named = type.autoname ? nameOf({ ...request, news }, type.autoname) : undefined;
  const given: Properties = named
    ? { ...news, [type.autoname!.property]: named, [defaultsMark]: [type.autoname!.property] }
    : news;
  const inputs = type.fill?.(given, request.olds, settings) ?? given;
  const faults = shapeFaults(inputs, cloud.shapes.resource(request.type).inputs, cloud.wording);
  // What is of a wrong shape would only be misread.
  const more = faults.length === 0 ? (type.check?.(knownPart(inputs), settings) ?? []) : [];
  return { inputs, faults: [...faults, ...more] };
}

/** Whether the provider chose the name of a resource. */
export function isAutonamed(inputs: Properties, property: string): boolean {
  const marked = inputs[defaultsMark];
  return Array.isArray(marked) && marked.includes(property);
}

/** A name for what has none, once: later checks find it in the old inputs. */
function nameOf({ news, olds, name, randomSeed, autonaming }: CheckRequest, autoname: Autoname): Value | undefined {
  const { property, unless = [] } = autoname;
  if ([property, ...unless].some((key) => (news[key] ?? null) !== null)) return undefined;
  if (isAutonamed(olds, property)) return olds[property];
  if (autonaming?.mode === "disable") return undefined;
  if (autonaming?.name) return autonaming.name;
  const { separator = "-", hexDigits = 7, maxLength, without, prefix = "" } = autoname;
  const seed = randomSeed.length > 0 ? randomSeed : randomBytes(16);
  const digits = createHash("sha256").update(seed).digest("hex");
  if (autoname.guid) return digits.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-a$4-");
  const suffix = digits.slice(0, hexDigits);
  const clean = without ? name.toLowerCase().replaceAll(without, "") : name;
  const room = maxLength - prefix.length - separator.length - hexDigits;
  return `${prefix}${clean.slice(0, room)}${separator}${suffix}`;
}

/** An input that is null was not given. */
function withoutNulls(properties: Properties): Properties {
  const strip = (value: Value): Value =>
    Array.isArray(value)
      ? value.map(strip)
      : isMap(value)
        ? Object.fromEntries(
            Object.entries(value)
              .filter(([, member]) => member !== null)
              .map(([key, member]) => [key, strip(member)]),
          )
        : value;
  return strip(properties) as Properties;
}
