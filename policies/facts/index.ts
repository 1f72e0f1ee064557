import { packageFacts } from "../../catalogue/package.ts";
import { engineSettingsType } from "../engine-settings.ts";
import { type Described, type Fact, plain, type Resource } from "../fact.ts";
import { aws, describeAws } from "./aws.ts";
import { azure, describeAzure } from "./azure.ts";
import { closedFacts } from "./closed.ts";
import { type Cloud, identify } from "./cloud.ts";
import { cloudflare, describeCloudflare } from "./cloudflare.ts";
import { describeEngine } from "./engine.ts";
import { describeGcp, gcp } from "./gcp.ts";
import { describeKubernetes } from "./kubernetes.ts";
import { describeOther } from "./other.ts";
import { describePulumi, hole } from "./pulumi.ts";
import { referenceOf, withRegistry } from "./registry.ts";

/** One entry per described package: what its resources are, in facts. */
const packages: Record<string, (resource: Resource) => Described> = {
  kubernetes: describeKubernetes,
  aws: describeAws,
  "azure-native": describeAzure,
  gcp: describeGcp,
  cloudflare: describeCloudflare,
};
const clouds: Record<string, Cloud> = { aws, "azure-native": azure, gcp, cloudflare };

/** The facts of a resource, whatever package it is of; a package that nobody described is a hole, not a pass. */
export function describe(written: Resource): Described {
  const resource = plainResource(written);
  const described = describePackage(resource);
  const facts = [...described.facts, ...closedFacts(resource)];
  const { by } = described;
  const holes = (written.holes ?? []).map((each) => ({ kind: "undecidable" as const, ...each }));
  // Of what is only read nothing is known, so nothing is absent from it.
  const isUnread = holes.some(({ path }) => path === "") && Object.keys(written.props).length === 0;
  if (isUnread) return { facts: holes, by: "undecidable" };
  // What will never be known is not to be waited for.
  const open = facts.filter(({ kind, path }) => kind !== "unknown" || !holes.some((hole) => hole.path === path));
  return { facts: [...open.map(deferred), ...holes], by };
}

/** Who a resource is, and where it stands: what others need of it, from what its provider answered. */
export function identityOf(written: Resource): Fact[] {
  const cloud = clouds[written.type.split(":")[0] ?? ""];
  return cloud ? identify(plainResource(written), cloud) : [];
}

function describePackage(resource: Resource): Described {
  const [name = ""] = resource.type.split(":");
  const known = packages[name];
  if (resource.custom === false && name !== "pulumi" && !known) return { facts: [], by: "component" };
  if (known) return known(resource);
  if (resource.type === engineSettingsType) return describeEngine(resource);
  if (name === "pulumi")
    return describePulumi(resource, (provider) => provider in packages || packageFacts(provider) !== undefined);
  if (name.startsWith("pulumi-")) return hole("it runs code of its own");
  const other = packageFacts(name);
  if (other) return describeOther(resource, name, other);
  return hole(`no facts describe the package ${name}`);
}

function plainResource(written: Resource): Resource {
  const opened = (props: Resource["props"]) => plain(props) as Resource["props"];
  return {
    ...written,
    props: opened(written.props),
    ...(written.outputs && { outputs: opened(written.outputs) }),
    ...(written.provider && { provider: { ...written.provider, props: opened(written.provider.props) } }),
  };
}

/** What waits for another resource, or for what is declared: hosts and images that are named for a customer's resource. */
function deferred(fact: Fact): Fact {
  if (fact.kind === "image") return withRegistry(fact);
  const reference = fact.kind === "host" ? referenceOf(fact.value, fact.path) : undefined;
  return reference ? { ...fact, ...reference } : fact;
}
