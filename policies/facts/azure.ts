import { pairOf, placeOf, serviceAt } from "../../catalogue/index.ts";
import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { purposeOfPath } from "../sweep/purpose.ts";
import { identitiesIn, identitiesOf, isId, isName, named, namesOf, ownersOf } from "./azure/identity.ts";
import { type Cloud, describeCloud } from "./cloud.ts";
import { nameLike } from "./names.ts";
import { type Reading, reference } from "./table.ts";

/** Microsoft Azure: places by location or resource group, names by resource id. */
export const azure: Cloud = {
  pack: "azure-native",
  placed: ["location", "id"],
  stands,
  identities: identitiesOf,
  readers: {
    "azure-id": (text, from) =>
      aliasIn(text, from) ??
      (isId(text) ? identified(text, from) : [reference(text, [named(keyOf(from.fact.path), text)], from)]),
    text: (text, from) => read(text, from),
  },
  read: (value, path, key, { provider }) => {
    if (typeof value !== "string") return undefined;
    const purpose = purposeOfPath(path) ?? "data";
    const from: Reading = { fact: { path, purpose }, row: { mustResolve: false, for: purpose } };
    if (isId(value)) return identified(value, from);
    // `galleryImageName: base` is no image, nor is any other name of the resource what it names.
    if (path === key && isName(key) && !/[./:]/.test(value)) return [];
    const alias = aliasIn(value, from);
    if (alias) return alias;
    if (/(?:^|\.)extendedLocation\.name$/.test(path) && !placeOf(value)) {
      const why = `${value} is an edge zone, which may stand in another country than its region`;
      return [{ kind: "undecidable", path, why, remedy: "Use the region itself." }];
    }
    if (/tenantId$/i.test(key)) return tenant(value, path, provider?.props.tenantId);
    if (isDirectory(value, provider?.props.tenantId)) return [];
    const account = accountIn(value);
    if (account) return [{ kind: "host", path, purpose, value: account }];
    // What another resource is named by alone: a diagnostic's account, an output's namespace.
    if (
      path !== key &&
      /(?:account|namespace|vault|workspace|server)(?:name)?$/i.test(key) &&
      /^[a-z\d][a-z\d-]{2,62}$/i.test(value)
    ) {
      return [reference(value, [named(key, value)], from)];
    }
    if (/mails?(?:address(?:es)?)?$/i.test(key)) return mail(value, path);
    return !nameLike(key, path) && isRegion(value) ? [{ kind: "place", path, purpose, value }] : undefined;
  },
  pair: ({ props, outputs, provider }) => {
    const location = props.location ?? outputs?.location ?? provider?.props.location;
    // Where it stands is pending by itself.
    if (location === UNKNOWN) return null;
    return typeof location === "string" ? pairOf(location)?.pair : undefined;
  },
};

/** Describes a resource of `@pulumi/azure-native`. */
export function describeAzure(resource: Resource): Described {
  const props = withoutDenied(resource.props) as Resource["props"];
  const { facts, by } = describeCloud({ ...resource, props }, azure);
  const { tenantId, subscriptionId } = resource.provider?.props ?? {};
  // Who runs the program is not somebody else.
  return {
    facts: facts.filter((fact) => fact.kind !== "account" || ![tenantId, subscriptionId].includes(fact.value)),
    by,
  };
}

/** What is denied goes nowhere, so rules that deny are not read; they leave their place in the list. */
function withoutDenied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => (denies(item) ? null : withoutDenied(item)));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutDenied(inner)]));
}

function denies(rule: unknown): boolean {
  if (typeof rule !== "object" || rule === null) return false;
  const { access, action, outboundAccess } = rule as Record<string, unknown>;
  const verdict =
    access ??
    outboundAccess ??
    (typeof action === "object" && action !== null ? (action as Record<string, unknown>).type : action);
  return typeof verdict === "string" && /^(?:deny|block|drop)$/i.test(verdict);
}

/** Another tenant than the program's own, where that is known. */
function tenant(value: string, path: string, own: unknown): Fact[] {
  const other = typeof own === "string" && own !== value && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  return other ? [{ kind: "account", path, value, purpose: "access", because: "another tenant" }] : [];
}

/** Where the program's own tenant signs in. */
function isDirectory(url: string, own: unknown): boolean {
  const [, host = "", tenant] = /^https:\/\/([^/]+)\/([^/]+)/.exec(url) ?? [];
  return tenant !== undefined && tenant === own && serviceAt(host)?.name === "Microsoft Entra";
}

/** The host of a storage account whose connection string names the account and the suffix of its hosts apart. */
function accountIn(text: string): string | undefined {
  if (!/DefaultEndpointsProtocol=/i.test(text) || /\b(?:Blob|File|Queue|Table)Endpoint=/i.test(text)) return undefined;
  const account = /(?:^|;)\s*AccountName=([^;\s]+)/i.exec(text)?.[1];
  const suffix = /(?:^|;)\s*EndpointSuffix=([^;\s]+)/i.exec(text)?.[1] ?? "core.windows.net";
  return account && `${account}.blob.${suffix}`.toLowerCase();
}

/** The region in the alias of somebody's private link. */
function aliasIn(text: string, { fact }: Reading): Fact[] | undefined {
  const [, value] = /\.([a-z\d]+)\.azure\.privatelinkservice$/i.exec(text) ?? [];
  return value === undefined ? undefined : [{ kind: "place", ...fact, value }];
}

/** Addresses to which Azure sends mail. */
function mail(value: string, path: string): Fact[] | undefined {
  const domains = [...value.matchAll(/[^@\s;,<>]+@([^@\s;,<>]+)/g)].flatMap(
    ([, domain]) => domain?.toLowerCase() ?? [],
  );
  return domains.length > 0
    ? domains.map((domain) => ({ kind: "host", path, value: domain, purpose: "log" }))
    : undefined;
}

/**
 * Its location; one that names none stands where the resource does that it is part of, or else where its group or its provider
 * does: nowhere that could be told if there is neither.
 */
function stands(resource: Resource): Fact[] {
  const { props, outputs, provider, type } = resource;
  const { location = outputs?.location, resourceGroupName: group } = props;
  if (location === UNKNOWN) return [{ kind: "unknown", path: "location", hides: ["place"] }];
  if (typeof location === "string" && location !== "") {
    return [{ kind: "place", path: "location", value: location, own: true }];
  }
  const { own, above } = namesOf(resource);
  const named = own !== undefined || /:ResourceGroup$/.test(type);
  const top = above.length === 0 && named && !PARTS.test(type);
  const theirs = top ? provider?.props.location : undefined;
  if (theirs === UNKNOWN || (top && group === UNKNOWN))
    return [{ kind: "unknown", path: "location", hides: ["place"] }];
  if (typeof group !== "string") return [];
  const byProvider: Fact[] =
    typeof theirs === "string" && theirs !== ""
      ? [{ kind: "place", path: "location", value: theirs, own: true, because: "by its provider" }]
      : [];
  const { key, name } = above[0] ?? { key: "resourceGroupName", name: group };
  const open = top && byProvider.length === 0;
  return [
    {
      kind: "reference",
      path: key,
      value: name,
      to: ownersOf(resource, group),
      own: true,
      ...(open && { otherwise: "undecidable", remedy: "Set its location." }),
    },
    ...byProvider,
  ];
}

// Settings of an app have no name but the app's.
const PARTS = /:(?:WebApp|StaticSite)\w+$/;

/** Where the resource stands that an id names; the id of a managed API says so itself. */
function identified(text: string, from: Reading): Fact[] {
  if (!isId(text)) return [];
  const region = /\/locations\/([^/]+)/i.exec(text)?.[1];
  const place: Fact[] = region ? [{ kind: "place", ...from.fact, value: region }] : [];
  return [...place, reference(text, identitiesIn(text), from)];
}

/** An id, or a service tag of a region: `Storage.WestEurope`. */
function read(text: string, from: Reading): Fact[] {
  const region = /^[A-Z]\w+\.(\w+)$/.exec(text)?.[1];
  if (region && placeOf(region)?.provider === "Azure") return [{ kind: "place", ...from.fact, value: region }];
  return identified(text, from);
}

function keyOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function isRegion(text: string): boolean {
  return /^[a-z][a-z ]{3,28}\d?$/i.test(text) && placeOf(text)?.provider === "Azure";
}
