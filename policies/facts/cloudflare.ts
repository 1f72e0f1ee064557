import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { type Cloud, describeCloud } from "./cloud.ts";

/** Cloudflare: a zone ends connections wherever the caller is, unless a regional hostname holds them in one place. */
export const cloudflare: Cloud = {
  pack: "cloudflare",
  placed: ["regionKey"],
  stands: ({ type, props }) => (type.endsWith(REGIONAL) ? heldIn(props.regionKey) : []),
  identities: ({ type, props }) =>
    type.endsWith(REGIONAL) && typeof props.hostname === "string"
      ? domainsOf(props.hostname).map((domain) => `cloudflare:regional/${domain}`)
      : [],
  readers: {},
  read: () => undefined,
};
const REGIONAL = ":RegionalHostname";

/** Describes a resource of `@pulumi/cloudflare`. */
export function describeCloudflare(resource: Resource): Described {
  const { facts, by } = describeCloud(resource, cloudflare);
  return { facts: [...facts, ...(resource.type.endsWith(":Zone") ? zone(resource.props) : [])], by };
}

function zone({ name, zone: old }: Resource["props"]): Fact[] {
  const domain = name ?? old;
  if (domain === UNKNOWN) return [{ kind: "unknown", path: "name", hides: ["host"], purpose: "door" }];
  if (typeof domain !== "string") return [];
  const because = "connections end anywhere without a regional hostname";
  const remedy = "Add a RegionalHostname whose region is in the country, or end connections at a door of your own.";
  const fact = { path: "name", value: "cloudflare.com", purpose: "door", because, remedy } as const;
  return [{ kind: "reference", ...fact, to: [`cloudflare:regional/${domain.toLowerCase()}`], otherwise: "host" }];
}

/** Keys of regions are country codes in lower case, or name several countries. */
function heldIn(regionKey: unknown): Fact[] {
  if (regionKey === UNKNOWN) return [{ kind: "unknown", path: "regionKey", hides: ["place"], purpose: "door" }];
  if (typeof regionKey !== "string") return [];
  const value =
    /^[a-z]{2}$/.test(regionKey) && regionKey !== "eu"
      ? regionKey === "uk"
        ? "GB"
        : regionKey.toUpperCase()
      : regionKey;
  return [{ kind: "place", path: "regionKey", value, own: true, purpose: "door" }];
}

function domainsOf(hostname: string): string[] {
  const labels = hostname.toLowerCase().replace(/^\*\./, "").split(".");
  return labels.map((_, at) => labels.slice(at).join("."));
}
