import { azureEndpointOf, azureNamespaceOf, azureTypeOf } from "../../../catalogue/azure-name.ts";
import type { Resource } from "../../fact.ts";
import { select } from "../select.ts";

/** A property that holds a name, and of what: `virtualNetworkName` is the name of a `virtualNetwork`. */
export type Name = { key: string; kind: string; name: string };

/**
 * Under what others know a resource: its id where that is known, its subscription, group, provider, type and name, and the name
 * under which hosts of its kind are reached. What shares a name with it and is of another kind is not it.
 */
export function identitiesOf(resource: Resource): string[] {
  const { type, props, outputs } = resource;
  const id = outputs?.id ?? props.id;
  const known = typeof id === "string" && isId(id) ? [id] : [];
  const group = props.resourceGroupName;
  if (typeof group === "string" && /:ResourceGroup$/.test(type)) return [...known, ...standing(resource, group)];
  const { own, above } = namesOf(resource);
  // Parts of others may share a name; whoever refers to one finds what it is part of.
  if (own === undefined || above.length > 0) return known;
  const { namespace, kind } = typeOf(resource);
  const kinds = [kind, lastWord(kind)];
  const typed = kinds.flatMap((each) => [`${namespace}/${each}`, `*/${each}`]);
  const within =
    typeof group === "string"
      ? [...typed, `${namespace}/*`].flatMap((each) => standing(resource, `${group}/${each}/${own.name}`))
      : [];
  const endpoint = azureEndpointOf(namespace, kind);
  // The first label of its host: a vault, an account, a namespace, or what an account calls itself.
  const labels = select(props, "properties.customSubDomainName").flatMap(({ value }) =>
    typeof value === "string" ? [value] : [],
  );
  const hosts = endpoint ? [own.name, ...labels].map((label) => endpointNamed(endpoint, label)) : [];
  return [...known, ...within, ...hosts, `azure:name/${lastWord(kind)}/${own.name}`].map((each) => each.toLowerCase());
}

/** Of what a resource is part: its parent by name, or else its group. */
export function ownersOf(resource: Resource, group: string): string[] {
  const { own, above } = namesOf(resource);
  const { namespace } = typeOf(resource);
  const typed = above.flatMap(({ kind, name }) => [`${kind}/${name}`, `${lastWord(kind)}/${name}`]);
  // The settings of an app have no name but the app's.
  const beside = [...above, ...(own?.kind === "name" ? [own] : [])].map(({ name }) => `${namespace}/*/${name}`);
  const named = [...typed.map((each) => `${namespace}/${each}`), ...beside, ...typed.map((each) => `*/${each}`)];
  const subscription = subscriptionOf(resource);
  return [...named.map((each) => `${group}/${each}`), group].flatMap((each) => asked(subscription, each));
}

/** The resource that an id names, best first: itself, the same by name, or what it is part of. */
export function identitiesIn(id: string): string[] {
  const written = id.replace(/\/+$/, "").split("/");
  const parts = written.map((part) => part.toLowerCase());
  const subscription = parts[2];
  const group = parts[parts.indexOf("resourcegroups") + 1];
  const provider = parts.lastIndexOf("providers");
  if (provider < 0) return [parts.join("/"), ...(group ? asked(subscription, group) : [])];
  const namespace = (parts[provider + 1] ?? "").replace(/^microsoft\./, "");
  const candidates: string[] = [];
  for (let end = parts.length; end >= provider + 4; end -= 2) {
    const [type = "", name = ""] = written.slice(end - 2, end);
    const kinds = [
      azureTypeOf(namespace, type.toLowerCase()),
      singular(type.toLowerCase()),
      lastWord(singular(type)),
      type,
    ];
    const typed = kinds.flatMap((kind) => (kind ? asked(subscription, `${group}/${namespace}/${kind}/${name}`) : []));
    candidates.push(parts.slice(0, end).join("/"), ...typed);
  }
  return [...new Set(candidates)];
}

/** A resource by the name that its hosts begin with, and their kind. */
export function endpointNamed(kind: string, name: string): string {
  return `azure:host/${kind}/${name}`.toLowerCase();
}

/** A resource by its name alone, and the last word of what it is said to be: `account` of `storageAccountName`. */
export function named(key: string, name: string): string {
  const kind = key.replace(/\[\d+\]$/, "").replace(/(?:Resource)?(?:Name|Id)$/, "");
  return `azure:name/${lastWord(kind)}/${name}`.toLowerCase();
}

/** Whether a text is the id of a resource. */
export function isId(text: string): boolean {
  return /^\/subscriptions\/[^/]+\/.+/i.test(text);
}

/** What the resource is named, and what it is part of. */
export function namesOf({ type, props, outputs }: Resource): { own: Name | undefined; above: Name[] } {
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
  return { own, above: all.filter((each) => each !== own) };
}

/** Whether a property holds the name of a resource. */
export function isName(key: string): boolean {
  return /^(?:name|[a-z]\w*Name)$/.test(key) && !DESCRIPTIVE.test(key);
}

// Names that are no part of a resource's id.
const DESCRIPTIVE =
  /^(?:location|region|resourceGroup|managedResourceGroup|display|friendly|first|last|user|adminUser|host|dns|domain|publisher|sample|workerTier|workloadProfile|alternate|vmSwitch|securityProvider|customNetworkInterface|canonical|distinguished|appliance|portalOwnerOrganization|keyVaultSecret|lastBackup|volumeSpec|interface|networkingResourceGroup)Name$/;

/** The same in the subscription of a resource, and for whoever does not say which subscription is meant. */
function standing(resource: Resource, rest: string): string[] {
  return [subscriptionOf(resource) ?? "-", "*"].map((each) => `azure:${each}/${rest}`.toLowerCase());
}

/** What is in a subscription, or in one that nobody knows: two that are known have to be the same. */
function asked(subscription: string | undefined, rest: string): string[] {
  const where = subscription === undefined ? ["*"] : [subscription, "-"];
  return where.map((each) => `azure:${each}/${rest}`.toLowerCase());
}

function subscriptionOf({ outputs, provider }: Resource): string | undefined {
  const [, own] = typeof outputs?.id === "string" ? (/^\/subscriptions\/([^/]+)/i.exec(outputs.id) ?? []) : [];
  const theirs = provider?.props.subscriptionId;
  return own ?? (typeof theirs === "string" && theirs !== "" ? theirs : undefined);
}

function typeOf({ type }: Resource): { namespace: string; kind: string } {
  const [, module = "", kind = ""] = type.replace(/\/v\d{6,}\w*(?=:)/, "").split(":");
  return { namespace: azureNamespaceOf(module), kind };
}

/** `Account` of `StorageAccount`, `Network` of `virtualNetwork`. */
function lastWord(kind: string): string {
  return /[A-Z][a-z\d]*$/.exec(kind)?.[0] ?? kind;
}

function singular(type: string): string {
  return type
    .replace(/ies$/, "y")
    .replace(/(?<=s|x|ch)es$/, "")
    .replace(/(?<=[^s])s$/, "");
}
