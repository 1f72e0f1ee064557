import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { aws } from "./aws.ts";
import { azure } from "./azure.ts";
import { type Cloud, describeCloud } from "./cloud.ts";
import { gcp } from "./gcp.ts";
import { nowhere } from "./plain.ts";

// How settings are read follows the cloud; where everything lands that says nothing itself is a provider's own.
const clouds: Record<string, Cloud> = {
  aws: { ...aws, stands: (provider) => region(provider), identities: () => [] },
  "azure-native": {
    ...azure,
    stands: (provider) => written(provider, "location"),
    identities: () => [],
    pair: () => undefined,
  },
  gcp: {
    ...gcp,
    stands: (provider) => [...written(provider, "region"), ...written(provider, "zone")],
    identities: () => [],
  },
  cloudflare: nowhere("cloudflare"),
};

/** Describes the settings of a cloud's provider; undefined for a provider of another package. */
export function describeProvider(resource: Resource): Described | undefined {
  const [, , name = ""] = resource.type.split(":");
  const cloud = Object.hasOwn(clouds, name) ? clouds[name] : undefined;
  return cloud && describeCloud(resource, { ...cloud, pack: "pulumi" });
}

function region(provider: Resource): Fact[] {
  const found = written(provider, "region");
  if (found.length > 0) return found;
  const why = "no region is set, so the environment of the caller decides where resources land";
  return [
    { kind: "undecidable", path: "region", why, remedy: "Set the provider's region (pulumi config set aws:region)." },
  ];
}

function written({ props }: Resource, path: string): Fact[] {
  const value = props[path];
  if (value === UNKNOWN) return [{ kind: "unknown", path, hides: ["place"] }];
  if (typeof value !== "string" || value === "") return [];
  return [{ kind: "place", path, value, own: true, because: "where all that says nothing else lands" }];
}
