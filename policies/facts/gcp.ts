import { placeOf } from "../../catalogue/index.ts";
import { type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { type Cloud, describeCloud } from "./cloud.ts";
import { nameLike } from "./names.ts";
import { type Reading, reference } from "./table.ts";

/** Google Cloud: places by location, region or zone, names by self link. */
export const gcp: Cloud = {
  pack: "gcp",
  placed: ["location", "region", "zone"],
  stands: ({ props }) =>
    ["location", "region", "zone"].flatMap((path): Fact[] => {
      const value = props[path];
      if (value === UNKNOWN) return [{ kind: "unknown", path, hides: ["place"] }];
      return typeof value === "string" && value !== "" ? [{ kind: "place", path, value: last(value), own: true }] : [];
    }),
  identities: ({ props, outputs }) =>
    [outputs?.selfLink ?? props.selfLink, outputs?.id ?? props.id].flatMap((id) =>
      typeof id === "string" ? [id] : [],
    ),
  readers: {
    // `regional-europe-west3`, `projects/p/instanceConfigs/eur6`.
    place: (text, { fact }) => [{ kind: "place", ...fact, value: last(text).replace(/^(?:regional-|custom-)/, "") }],
    bucket: destination,
  },
  read: (value, path, key, resource) => {
    if (typeof value !== "string") return undefined;
    if (/^(?:sourceI|i)mage(?:Family)?$/.test(key) && MACHINES.test(resource.type)) return [];
    if (key === "member" || key === "members") return member(value, path, resource);
    const [, bucket] = /^gs:\/\/([^/]+)/.exec(value) ?? [];
    if (bucket)
      return [{ kind: "reference", path, value: `gs://${bucket}`, to: [`gcs:${bucket}`], otherwise: "undecidable" }];
    // projects/p/locations/europe-west3/keyRings/k, .../zones/europe-west3-a/...
    const [, place] = /(?:^|\/)(?:locations|regions|zones)\/([\w-]+)/.exec(value) ?? [];
    if (place) return [{ kind: "place", path, value: place }];
    // Scopes, links to what stands in no region, and expressions that select records.
    if (LINKS.test(value) || key === "filter") return [];
    return !nameLike(key, path) && isRegion(value) ? [{ kind: "place", path, value }] : undefined;
  },
};

const LINKS = /^https:\/\/[\w-]+\.googleapis\.com\/(?:auth\/|[\w-]+\/v\d\w*\/projects\/)/;

// Their images are disks of machines, which no registry holds.
const MACHINES = /^gcp:(?:compute|dataproc|notebooks|workstations)\//;

/** Describes a resource of `@pulumi/gcp`. */
export function describeGcp(resource: Resource) {
  return describeCloud(resource, gcp);
}

/** Where logs go: `storage.googleapis.com/<bucket>`, `bigquery.googleapis.com/projects/p/datasets/<d>`, a log bucket. */
function destination(text: string, from: Reading): Fact[] {
  const [, place] = /\/locations\/([\w-]+)/.exec(text) ?? [];
  if (place) return [{ kind: "place", ...from.fact, value: place }];
  const [, bucket] = /^(?:storage\.googleapis\.com\/|gs:\/\/)?([^/]+)$/.exec(text) ?? [];
  const [, dataset] = /\/datasets\/([^/]+)/.exec(text) ?? [];
  const named = bucket ? `gcs:${bucket}` : dataset ? `bigquery:${dataset}` : text;
  return [reference(text, [named.toLowerCase()], from)];
}

/** Whom a role is given: everybody, people of a domain, or a service account of a project. */
function member(text: string, path: string, { props }: Resource): Fact[] {
  if (/^all(?:Authenticated)?Users$/i.test(text))
    return [{ kind: "unbounded", path, value: text, purpose: "access", because: "anybody may act" }];
  const [, kind, name = ""] = /^(?:deleted:)?(\w+):([^?]+)/.exec(text) ?? [];
  const domain = kind === "domain" ? name : name.split("@")[1];
  if (domain === undefined) return [];
  if (kind !== "serviceAccount") return [{ kind: "host", path, value: domain.toLowerCase(), purpose: "access" }];
  const [, project] = /^([\w-]+)\.iam\.gserviceaccount\.com$/.exec(domain) ?? [];
  const own = typeof props.project === "string" ? last(props.project) : undefined;
  return project && own && project !== own ? [{ kind: "account", path, value: project, purpose: "access" }] : [];
}

function last(text: string): string {
  return text.slice(text.lastIndexOf("/") + 1);
}

function isRegion(text: string): boolean {
  return /^[a-z]+-[a-z]+\d/.test(text) && placeOf(text)?.provider === "Google Cloud";
}
