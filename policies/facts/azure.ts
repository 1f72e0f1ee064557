import { pairOf, placeOf, serviceAt } from "../../catalogue/index.ts";
import { type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { purposeOfPath } from "../sweep/purpose.ts";
import { type Cloud, describeCloud } from "./cloud.ts";
import { nameLike } from "./names.ts";
import { select } from "./select.ts";
import { type Reading, reference } from "./table.ts";

/** Microsoft Azure: places by location or resource group, names by resource id. */
export const azure: Cloud = {
  pack: "azure-native",
  placed: ["location", "id"],
  stands,
  identities,
  readers: {
    "azure-id": (text, from) =>
      aliasIn(text, from) ??
      (isId(text) ? identified(text, from) : [reference(text, [`azure:name/${text}`.toLowerCase()], from)]),
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
      return [reference(value, [`azure:name/${value}`.toLowerCase()], from)];
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

/** Its location; one that names none stands where the resource does that it is part of, or else where its group does. */
function stands(resource: Resource): Fact[] {
  const { props, outputs } = resource;
  const { location = outputs?.location, resourceGroupName: group } = props;
  if (location === UNKNOWN) return [{ kind: "unknown", path: "location", hides: ["place"] }];
  if (typeof location === "string" && location !== "") {
    return [{ kind: "place", path: "location", value: location, own: true }];
  }
  if (typeof group !== "string") return [];
  const { above } = namesOf(resource);
  const typed = above.flatMap(({ kind, name }) => [`${kind}/${name}`, `${lastWord(kind)}/${name}`]);
  const named = [...typed, ...above.map(({ name }) => `*/${name}`)].map((id) => `azure:${group}/${id}`);
  const to = [...named, `azure:${group}`].map((id) => id.toLowerCase());
  const { key, name } = above[0] ?? { key: "resourceGroupName", name: group };
  return [{ kind: "reference", path: key, value: name, to, own: true }];
}

/** By its id where that is known; one that is no part of another by its group and name, too. */
function identities(resource: Resource): string[] {
  const { type, props, outputs } = resource;
  const id = outputs?.id ?? props.id;
  const group = props.resourceGroupName;
  if (typeof group === "string" && /:ResourceGroup$/.test(type)) return [`azure:${group}`];
  const known = typeof id === "string" && isId(id) ? [id] : [];
  const { own, above } = namesOf(resource);
  // Parts of others may share a name; whoever refers to one finds what it is part of.
  if (own === undefined || above.length > 0) return known;
  const kind = type.slice(type.lastIndexOf(":") + 1);
  const within =
    typeof group === "string" ? [kind, lastWord(kind), "*"].map((each) => `azure:${group}/${each}/${own}`) : [];
  // The first label of its host: a vault, an account, a namespace, or what an account calls itself.
  const labels = select(props, "properties.customSubDomainName").flatMap(({ value }) =>
    typeof value === "string" ? [value] : [],
  );
  return [...known, ...within, ...[own, ...labels].map((label) => `azure:name/${label}`)];
}

// Names that are no part of a resource's id.
const DESCRIPTIVE =
  /^(?:location|region|resourceGroup|managedResourceGroup|display|friendly|first|last|user|adminUser|host|dns|domain|publisher|sample|workerTier|workloadProfile|alternate|vmSwitch|securityProvider|customNetworkInterface|canonical|distinguished|appliance|portalOwnerOrganization|keyVaultSecret|lastBackup|volumeSpec|interface|networkingResourceGroup)Name$/;

type Name = { key: string; kind: string; name: string };

/** What the resource is named, and what it is part of: `virtualNetworkName` is the name of a `virtualNetwork`. */
function namesOf({ type, props, outputs }: Resource): { own: string | undefined; above: Name[] } {
  const all = Object.entries(props).flatMap(([key, name]): Name[] =>
    isName(key) && typeof name === "string" ? [{ key, kind: key.replace(/(?<=.)Name$/, ""), name }] : [],
  );
  const ofType = type.slice(type.lastIndexOf(":") + 1).toLowerCase();
  const own =
    all.find(({ kind }) => kind.toLowerCase() === ofType) ??
    all.find(({ kind }) => kind === "name") ??
    // A policy of an account has no name but the account's, and no location of its own.
    all.find(
      ({ kind }) => all.length === 1 && (kind === "resource" || ofType.endsWith(lastWord(kind).toLowerCase())),
    ) ??
    all.find(() => all.length === 1 && (props.location ?? outputs?.location) !== undefined);
  return { own: own?.name, above: all.filter((each) => each !== own) };
}

function isName(key: string): boolean {
  return /^(?:name|[a-z]\w*Name)$/.test(key) && !DESCRIPTIVE.test(key);
}

/** `account` of `StorageAccount`, `network` of `virtualNetwork`. */
function lastWord(kind: string): string {
  return /[A-Z][a-z\d]*$/.exec(kind)?.[0] ?? kind;
}

/** A resource by its id: itself, the same by name, or what it is part of. */
function identitiesOf(id: string): string[] {
  const parts = id.toLowerCase().replace(/\/+$/, "").split("/");
  const group = parts[parts.indexOf("resourcegroups") + 1];
  const provider = parts.lastIndexOf("providers");
  if (provider < 0) return [parts.join("/"), ...(group ? [`azure:${group}`] : [])];
  const pairs = parts.slice(provider + 2);
  const candidates: string[] = [];
  for (let end = pairs.length; end >= 2; end -= 2) {
    const [type = "", name = ""] = pairs.slice(end - 2, end);
    const whole = [...parts.slice(0, provider + 2), ...pairs.slice(0, end)].join("/");
    candidates.push(whole, `azure:${group}/${singular(type)}/${name}`, `azure:${group}/*/${name}`);
  }
  return candidates;
}

function singular(type: string): string {
  return type.replace(/ies$/, "y").replace(/(?<=[^s])s$/, "");
}

/** Where the resource stands that an id names; the id of a managed API says so itself. */
function identified(text: string, from: Reading): Fact[] {
  if (!isId(text)) return [];
  const region = /\/locations\/([^/]+)/i.exec(text)?.[1];
  const place: Fact[] = region ? [{ kind: "place", ...from.fact, value: region }] : [];
  return [...place, reference(text, identitiesOf(text), from)];
}

/** An id, or a service tag of a region: `Storage.WestEurope`. */
function read(text: string, from: Reading): Fact[] {
  const region = /^[A-Z]\w+\.(\w+)$/.exec(text)?.[1];
  if (region && placeOf(region)?.provider === "Azure") return [{ kind: "place", ...from.fact, value: region }];
  return identified(text, from);
}

function isId(text: string): boolean {
  return /^\/subscriptions\/[^/]+\/.+/i.test(text);
}

function isRegion(text: string): boolean {
  return /^[a-z][a-z ]{3,28}\d?$/i.test(text) && placeOf(text)?.provider === "Azure";
}
