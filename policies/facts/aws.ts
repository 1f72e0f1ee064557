import { placeOf } from "../../catalogue/index.ts";
import { type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { wordsOf } from "../sweep/key.ts";
import { purposeOfPath } from "../sweep/purpose.ts";
import { foundIn } from "../sweep/text.ts";
import { accountFacts } from "./aws/account.ts";
import { arnFacts, arnOf } from "./aws/arn.ts";
import { isPolicy, policyFacts } from "./aws/policy.ts";
import { profileIn } from "./aws/profile.ts";
import { registryFacts } from "./aws/registry.ts";
import { type Cloud, describeCloud, tokenOf } from "./cloud.ts";
import { nameLike } from "./names.ts";
import { opened } from "./select.ts";
import { hostsIn, type Reading, reference } from "./table.ts";

/** Amazon Web Services: places by region, names by ARN, principals by IAM policy documents. */
export const aws: Cloud = {
  pack: "aws",
  placed: ["region"],
  stands,
  identities: ({ props, outputs }) => [outputs?.arn ?? props.arn, outputs?.id].filter((id) => typeof id === "string"),
  readers: {
    arn,
    bucket: (text, from) => [bucket(text, from)],
    account: (text, from) => text.split(",").flatMap((each) => accountFacts(each.trim(), from)),
    policy: (text, { fact }) => {
      const document = opened(text);
      return isPolicy(document) ? policyFacts(document, fact.path, fact.purpose) : [];
    },
    place: (text, { fact }) =>
      text.split(",").map((each) => ({ kind: "place", ...fact, value: regionIn(each.trim()) ?? each.trim() })),
    // Lists of a firewall write `.example.com` for a name and all below it.
    host: (text, { fact }) => hostsIn(text.replace(/^\./, "*.")).map((value) => ({ kind: "host", ...fact, value })),
    image: (text, from) => registryFacts(text, from) ?? [{ kind: "image", path: from.fact.path, value: text }],
    text: anything,
  },
  read: (value, path, key, resource) => {
    const document = opened(value);
    if (isPolicy(document)) return policyFacts(document, path, "access");
    return typeof value === "string" ? readText(value, path, key, resource) : undefined;
  },
};

/** Describes a resource of `@pulumi/aws`. */
export function describeAws(resource: Resource) {
  return describeCloud(resource, aws);
}

/** A resource's own region, or its provider's: the first wins, as the provider reads it. */
function stands({ props, outputs, provider }: Resource): Fact[] {
  const written = props.region ?? outputs?.region ?? provider?.props.region;
  if (written === UNKNOWN) return [{ kind: "unknown", path: "region", hides: ["place"] }];
  if (typeof written !== "string" || written === "") return [];
  const because = props.region === undefined && provider?.props.region === written ? "by its provider" : undefined;
  return [{ kind: "place", path: "region", value: written, own: true, ...(because && { because }) }];
}

// Who is named under such a key is handed something.
const RECEIVER = words(
  "destination target recipient consumer principal principals grantee subscriber peer sink accepter delegated",
);
const SOMEBODY = words("account accounts owner principal principals consumer grantee");
// Whom a rule leaves out, or whose an existing thing has to be, is handed nothing.
const NOBODY = words("excluded exclude excludes exclusions forbidden expected source");

function readText(text: string, path: string, key: string, resource: Resource): Fact[] | undefined {
  const purpose = purposeOfPath(path) ?? "data";
  const said = wordsOf(key);
  // Nothing is sent to where something comes from.
  const from: Reading = { fact: { path, purpose }, row: { mustResolve: !said.includes("source"), for: purpose } };
  // What goes through a peering or to a list of prefixes goes where that leads.
  if (
    /^(?:pcx|tgw-attach)-[0-9a-z]+$/.test(text) ||
    (/^pl-[0-9a-z]+$/.test(text) && !/ingress/i.test(`${resource.type} ${path}`))
  )
    return [{ kind: "link", path, to: text }];
  const parsed = arnOf(text);
  const about = (told: ReadonlySet<string>, among = said) => among.some((word) => told.has(word));
  if (parsed) return arnFacts(parsed, text, from, /kms/.test(parsed.service) || about(RECEIVER));
  if (/^\d{12}$/.test(text) && about(SOMEBODY) && !about(NOBODY, wordsOf(path))) {
    return accountFacts(text, { ...from, fact: { path, purpose: purposeOfPath(path) ?? "access" } });
  }
  const profile = profileIn(text);
  if (profile)
    return [{ kind: "place", path, purpose: "prompt", value: profile, because: "where the model may answer" }];
  const service = regionIn(text);
  if (service) return [{ kind: "place", path, purpose, value: service }];
  if (isBucketUrl(text)) return [bucket(text, from)];
  // Whoever writes to a bucket writes where it stands; what configures a bucket is part of it.
  const names = said.includes("bucket") && !/^(?:prefix|suffix|owner|policy|region)$/.test(said.at(-1) ?? "");
  if (names && !/^s3\//.test(tokenOf(resource)) && /^[a-z0-9][a-z0-9.-]{2,62}$/.test(text)) {
    return [bucket(text, from)];
  }
  if (!nameLike(key, path) && isRegion(text)) return [{ kind: "place", path, purpose, value: text }];
  // The name of an image of AppStream or SageMaker is no reference to a registry.
  if (/^imageNames?$/.test(key) && !/[/:]/.test(text)) return [];
  return registryFacts(text, from);
}

function arn(text: string, from: Reading): Fact[] {
  const parsed = arnOf(text);
  return parsed ? arnFacts(parsed, text, from, from.fact.purpose !== "data") : [];
}

/** Whatever a text leads to: an ARN, the name of a service or a region, addresses. */
function anything(text: string, from: Reading): Fact[] {
  const found = arn(text, from);
  const region = regionIn(text) ?? (isRegion(text) ? text : undefined);
  if (found.length > 0 || arnOf(text)) return found;
  if (region) return [{ kind: "place", ...from.fact, value: region }];
  if (isBucketUrl(text)) return [bucket(text, from)];
  const registry = registryFacts(text, from);
  if (registry) return registry;
  return foundIn(text, "address").flatMap(({ kind, value }): Fact[] => {
    if (kind === "host" || kind === "place") return [{ kind, ...from.fact, value }];
    if (kind === "bucket") return [bucket(value, from)];
    return kind === "image" ? [{ kind, path: from.fact.path, value }] : [];
  });
}

function bucket(text: string, from: Reading): Fact {
  // `acme` of `arn:aws:s3:::acme/path`, `s3://acme/path`, `acme/path`.
  const name = arnOf(text)?.name ?? text.replace(/^s3[an]?:\/\//i, "").split("/")[0] ?? "";
  return reference(text, [`s3:${name.replace(/\.s3\..*$/, "").toLowerCase()}`], from);
}

function isBucketUrl(text: string): boolean {
  return /^s3[an]?:\/\/[^\s]+$/i.test(text);
}

/** The region inside the name of a service: `com.amazonaws.eu-west-1.s3`, `com.amazonaws.vpce.eu-west-1.vpce-svc-1`. */
function regionIn(text: string): string | undefined {
  return /^(?:cn\.)?(?:com|eu)\.amazonaws\./.test(text) ? text.split(".").find(isRegion) : undefined;
}

function isRegion(text: string): boolean {
  if (!/^[a-z]{2,5}-[a-z-]+-\d/.test(text)) return false;
  const place = placeOf(text);
  return place?.provider === "AWS" && (place.kind === "region" || place.kind === "zone");
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
