import { countryOfPhone } from "../../catalogue/phone.ts";
import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { purposeOfPath } from "../sweep/purpose.ts";
import { sweep } from "../sweep.ts";
import { distinct } from "./distinct.ts";
import { named, type Own, type Readers, tableFacts, tableOf } from "./table.ts";

/** What is particular to one cloud. Everything else about its resources is tables and sweeps. */
export type Cloud = {
  /** The Pulumi package, which is also the folder of its tables. */
  pack: string;
  /** Where the resource itself stands; nothing where it has no place, or where its provider is refused for naming none. */
  stands(resource: Resource): Fact[];
  /** Names under which others refer to it. */
  identities(resource: Resource): string[];
  readers: Readers;
  /** What the sweep does not know of this cloud's values; undefined leaves the value to it. */
  read(value: unknown, path: string, key: string, resource: Resource): Fact[] | undefined;
  pair?(resource: Resource): string | null | undefined;
  /** Top-level properties that `stands` speaks for. */
  placed: readonly string[];
};

/** Describes a resource of a cloud: where it stands, what its table says, and what the sweep finds in the rest. */
export function describeCloud(resource: Resource, cloud: Cloud): Described {
  const table = tableOf(cloud.pack, tokenOf(resource));
  const own: Own = { pair: () => cloud.pair?.(resource) };
  const found = sweep(resource.props, "", {
    skip: (path) =>
      /(?:^|\.)__(?:defaults|internal|meta)(?:$|[.[])/.test(path) ||
      cloud.placed.includes(path) ||
      (table?.speaksFor(path) ?? false),
    read: (value, path, key) => cloud.read(value, path, key, resource) ?? telephone(value, path),
    purpose: (path) => table?.for ?? purposeOfPath(path),
    literalRegions: true,
  });
  const facts = [
    ...identify(resource, cloud),
    ...classOf(resource.props),
    ...(table ? tableFacts(table, resource, cloud.readers, own) : []),
    ...found,
  ];
  return { facts: distinct(facts), by: table ? "table" : "sweep" };
}

/** A telephone stands in the country of its prefix. */
function telephone(value: unknown, path: string): Fact[] | undefined {
  const country = typeof value === "string" && /^\+[1-9]\d{6,14}$/.test(value) ? countryOfPhone(value) : undefined;
  return country ? [{ kind: "place", path, value: country, purpose: "log", because: "a telephone there" }] : undefined;
}

/** Who the resource is for others, and where it stands: all that another resource needs of it. */
export function identify(resource: Resource, cloud: Cloud): Fact[] {
  const table = tableOf(cloud.pack, tokenOf(resource));
  const known = { ...resource.props, ...resource.outputs };
  const written = (table?.identities ?? []).map((template) => named(template, known));
  const ids = [...written, ...cloud.identities(resource)].filter((id) => typeof id === "string");
  const selves = [...new Set(ids)].map((id): Fact => ({ kind: "self", path: "", id: id.toLowerCase() }));
  const own = table?.nowhere ? [] : cloud.stands(resource);
  const stands = own.length === 0 && table?.regional ? byProvider(resource) : own;
  return [...selves, ...(table?.for ? stands.map((fact) => ({ purpose: table.for, ...fact }) as Fact) : stands)];
}

/** Where a resource stands that leaves it to its provider. */
function byProvider({ provider }: Resource): Fact[] {
  if (!provider) return [];
  const path = "region";
  const places = [provider.props.region, provider.props.zone].filter((value) => value !== undefined && value !== "");
  if (places.length === 0) {
    const why = "neither it nor its provider names a region, so the environment of the caller decides";
    return [{ kind: "undecidable", path, why, remedy: "Set its region or zone, or its provider's." }];
  }
  return places.flatMap((value): Fact[] => {
    if (value === UNKNOWN) return [{ kind: "unknown", path, hides: ["place"] }];
    return typeof value === "string" ? [{ kind: "place", path, value, own: true, because: "by its provider" }] : [];
  });
}

/** `s3/bucket:Bucket` of `aws:s3/bucket:Bucket`; a version that is written into the token is left out. */
export function tokenOf({ type }: Pick<Resource, "type">): string {
  return type.slice(type.indexOf(":") + 1).replace(/\/v\d{6,}\w*(?=:)/, "");
}

const CLASS = /(?:^|[/:.])data-?class(?:ification)?$/i;

/** The class of data that a resource's tags or labels declare. */
export function classOf(props: Record<string, unknown>): Fact[] {
  return ["tags", "labels", "tagsAll"].flatMap((path) => {
    const written = props[path];
    if (typeof written !== "object" || written === null) return [];
    return Object.entries(written).flatMap(([key, value]): Fact[] =>
      CLASS.test(key) && typeof value === "string" ? [{ kind: "class", path, value }] : [],
    );
  });
}
