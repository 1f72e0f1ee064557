import { z } from "zod";
import { filesIn, once } from "./once.ts";

/** Why something is where it is; `Purpose` of the guards. */
export const purposes = ["data", "copy", "key", "log", "prompt", "access", "door"] as const;

/** What may stand in a way out, so that not everything leaves by it; `FilterFact` of the guards. */
export const filters = ["firewall", "load-balancer"] as const;

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What a property has to be. Names and words are compared without regard to case, as the clouds do. */
const condition = z.strictObject({
  in: z.array(scalar).min(1).optional(),
  notIn: z.array(scalar).min(1).optional(),
  /** Regular expression, unanchored, without regard to case. */
  matches: z.string().optional(),
  /** Also where nothing is written (true), or only where something is (false). */
  absent: z.boolean().optional(),
});

/** How the text of a property is read for where it leads. */
export const readings = [
  "place", // region, zone, country; a list of them
  "host", // host name, host:port, URL, IP address
  "arn", // its region, and for all purposes but data its account; without a region: the resource it names
  "bucket", // S3 bucket by name, ARN or s3:// URL: the resource it names
  "azure-id", // Azure resource id: the resource it names
  "account", // account number, tenant id, project, or an ARN's account; `*` is everybody
  "policy", // IAM policy document: its principals
  "image", // container image
  "cidr", // address range that is opened
  "phone", // telephone number, or the prefix of a country: the country
  "link", // id or ARN of another resource: what that one hands on is handed on
  "email", // mail address: the host of its domain
  "name", // name of another resource: the identity given by `names`
  "text", // anything: all hosts, ARNs and places in it, JSON and YAML inside strings
] as const;

const factShape = z.strictObject({
  /** `a.b[].c`; `[]` is each element, or the value itself where it is no list. Empty for the resource as a whole. */
  path: z.string().regex(/^(?:[\w$-]+(?:\[\])*(?:\.[\w$-]+(?:\[\])*)*|\*|)$/),
  for: z.enum(purposes).default("data"),
  /** The text says where it leads. */
  reads: z.enum(readings).optional(),
  /** What is read where nothing is written: the provider's own default. */
  default: z.string().optional(),
  /** Identity of the resource that `reads: name` means, `{}` for the text: `aws:backup-vault:{}`. */
  names: z.string().optional(),
  /** A reference to what the program does not hold cannot be decided (default: such a reference says nothing). */
  mustResolve: z.boolean().default(false),
  /** The value itself is the finding. Without `when` and `reads`, the property's presence is. */
  when: condition.optional(),
  /** What such a value means. */
  leads: z
    .enum([
      "everywhere", // bound to no place
      "pair", // copied to the region that Azure pairs with the resource's own
      "hidden", // nobody can tell from here
      "weakens", // a guard of the cloud's own no longer holds
      "world", // egress to every destination
      ...filters, // egress beside it, in the same component, is no egress to everywhere
    ])
    .optional(),
  /** The egress that it is is none where one of these stands beside it, in the same component of Freehold's. */
  beside: z.array(z.enum(filters)).min(1).optional(),
  /** Only where all of these hold too; paths from the resource, or from the element (`./sibling`). */
  if: z.record(z.string(), condition).optional(),
  because: z.string().optional(),
  fix: z.string().optional(),
  source: z.string().optional(),
});

const typeShape = z.strictObject({
  facts: z.array(factShape).default([]),
  /** Paths that the sweep does not read: no geography, no destination. A path covers everything below it. */
  ignore: z.array(z.string()).default([]),
  /** What everything in it is for that no row speaks of. */
  for: z.enum(purposes).optional(),
  /** The type has no place of its own, or its place says nothing about data (`location: global` of a private DNS zone). */
  nowhere: z.boolean().default(false),
  /** It stands in its provider's region or zone where it names none itself. */
  regional: z.boolean().default(false),
  /** Names under which others refer to it, `{property}` from its properties: `s3:{bucket}`. */
  identities: z.array(z.string()).default([]),
  note: z.string().optional(),
});

const tableShape = z.strictObject({
  read: z.iso.date(),
  /** Version of the package whose types the names were read in. */
  version: z.string(),
  verified: z.union([z.boolean(), z.literal("partial")]),
  sources: z.array(z.string()).min(1),
  types: z.record(z.string(), typeShape),
});

/** What the sweeps cannot know of one type: rows that say which property leads where. */
export type ResourceTable = z.output<typeof typeShape>;
/** One row of a table. */
export type ResourceRow = z.output<typeof factShape>;
/** What a property has to be. */
export type Condition = z.output<typeof condition>;

/**
 * What is known of a type, by the Pulumi package and the type's token without it: `aws`, `s3/bucket:Bucket`. One file a package
 * and module (`resources/aws/s3.yaml`), read when the first type of it is met. Undefined where nobody described the type.
 */
export function resourceTable(pack: string, token: string): ResourceTable | undefined {
  const [module = ""] = token.split(/[/:]/);
  const file = `resources/${pack}/${module}`;
  if (!tables().has(file)) return undefined;
  const { types } = once(`${file}.yaml`, tableShape);
  return Object.hasOwn(types, token) ? types[token] : undefined;
}

/** Every described type of a package, `s3/bucket:Bucket`. Reads all its files. */
export function describedTypes(pack: string): string[] {
  return [...tables()]
    .filter((file) => file.startsWith(`resources/${pack}/`))
    .flatMap((file) => Object.keys(once(`${file}.yaml`, tableShape).types))
    .sort();
}

/** Packages that have tables. */
export function describedPackages(): string[] {
  return [...new Set([...tables()].map((file) => file.split("/")[1] ?? ""))].sort();
}

function tables(): Set<string> {
  files ??= new Set(filesIn("resources").map((id) => `resources/${id}`));
  return files;
}
let files: Set<string> | undefined;
