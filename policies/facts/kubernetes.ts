import { pairOf, placeOf, placeOfHost, serviceAt } from "../../catalogue/index.ts";
import { at, type Coverage, type Described, type Fact, type Purpose, type Resource, UNKNOWN } from "../fact.ts";
import { bareHost } from "../sweep/address.ts";
import { goTogether, namesEndpoint } from "../sweep/endpoint.ts";
import { meaningOf } from "../sweep/key.ts";
import { purposeOfPath } from "../sweep/purpose.ts";
import { type SweepOptions, sweep } from "../sweep.ts";
import { profileIn } from "./aws/profile.ts";
import { classOf } from "./cloud.ts";
import { distinct } from "./distinct.ts";
import { links } from "./kubernetes/link.ts";
import { isNetworkPolicy, network } from "./kubernetes/network.ts";
import {
  decoded,
  holesIn,
  isFileHolder,
  type KubernetesObject,
  objectOf,
  record,
  valueAt,
} from "./kubernetes/object.ts";
import { placement } from "./kubernetes/placement.ts";
import { switches } from "./kubernetes/program.ts";
import { refuses } from "./kubernetes/refusal.ts";
import { besideEndpoint, stores } from "./kubernetes/store.ts";
import { standsFor } from "./kubernetes/structure.ts";
import { workload } from "./kubernetes/workload.ts";
import { nameLike } from "./names.ts";
import { type Readers, reference, tableFacts, tableOf } from "./table.ts";

/** Describes any object of a Kubernetes API, custom kinds that nobody listed included, and the charts that carry objects. */
export function describeKubernetes(resource: Resource): Described {
  if (/^kubernetes:helm\.sh\/v3:Release$/.test(resource.type)) return release(resource);
  if (COMPONENTS.test(resource.type)) return component(resource);
  const object = objectOf(resource);
  const { items } = resource.props;
  return object.kind.endsWith("List") && Array.isArray(items) ? list(resource, object, items) : describeObject(object);
}

/** Kinds of Kubernetes say what their lists hold; of others, only items that say what they are count as objects. */
function list(resource: Resource, object: KubernetesObject, items: unknown[]): Described {
  const type = resource.type.replace(/List$/, "");
  const isOne = (item: unknown) => {
    const { apiVersion, kind } = record(item);
    return BUILT_IN.test(object.group) || (typeof apiVersion === "string" && typeof kind === "string");
  };
  const rest = items.map((item) => (item !== UNKNOWN && isOne(item) ? null : item));
  const each = items.flatMap((item, index): Described[] => {
    if (item === UNKNOWN) return [{ facts: [{ kind: "unknown", path: `items[${index}]`, hides: ANY }], by: "sweep" }];
    if (!isOne(item)) return [];
    const { facts, by } = describeKubernetes({ ...resource, type, props: record(item) });
    return [{ facts: facts.map((fact) => ({ ...fact, path: `items[${index}].${fact.path}` })), by }];
  });
  const all = [describeObject({ ...object, body: { ...object.body, items: rest } }), ...each];
  return { facts: all.flatMap(({ facts }) => facts), by: all.every(({ by }) => by === "table") ? "table" : "sweep" };
}

const ANY: Fact["kind"][] = ["place", "host", "image", "egress", "workload", "isolation"];

// The SDK makes their objects resources of their own, which are judged one by one.
const COMPONENTS =
  /^kubernetes:(?:yaml|yaml\/v2|kustomize|kustomize\/v2|helm\.sh\/v[234]):(?:ConfigFile|ConfigGroup|Directory|Chart)$/;

function describeObject(object: KubernetesObject): Described {
  const table = tableOf("kubernetes", `${object.group || "core"}:${object.kind}`);
  const by: Coverage = table || BUILT_IN.test(object.group) || isNetworkPolicy(object) ? "table" : "sweep";
  const purpose = (path: string) => table?.for ?? purposeOfPath(spoken(object, path));
  const beside: Fact[] = [];
  const options: SweepOptions = {
    skip: (path) => NAMES.test(path) || isProse(path) || (table?.speaksFor(path) ?? false),
    read: (value, path, key) => {
      if (refuses(object, value, path)) return [];
      // What a structure stands for is found beside what is written in it.
      beside.push(...standsFor(value, path));
      return typeof value === "string" ? told(value, path, key) : undefined;
    },
    purpose,
  };
  const { metadata, status, ...body } = object.body;
  const swept = [
    ...annotations(metadata, purpose),
    ...(isNetworkPolicy(object) ? unread(body) : content(object, body, options)),
    ...placement(object),
  ];
  const facts = [
    ...swept.map((fact) => besideEndpoint(object, fact)),
    ...(object.kind === "Secret" ? beside.map(hidden) : beside),
    ...(table ? tableFacts(table, { ...RESOURCE, props: object.body }, READERS, { pair: () => pair(object) }) : []),
    ...identities(metadata),
    ...classOf({ labels: record(metadata).labels }).map((fact) => ({ ...fact, path: "metadata.labels" }) as Fact),
  ];
  facts.push(...network(object), ...workload(object, facts), ...links(object), ...switches(object), ...stores(object));
  return { facts: distinct(facts), by };
}

const RESOURCE: Resource = { type: "", urn: "", name: "", props: {} };
const READERS: Readers = {
  bucket: (text, from) => [reference(text, [`s3:${text.replace(/^s3:\/\//, "")}`], from)],
};
const BUILT_IN =
  /^$|^(?:apps|batch|autoscaling|policy)$|(?:^|\.)(?:networking|rbac\.authorization|storage|discovery|apiextensions|admissionregistration|apiregistration|coordination|scheduling|node|certificates|flowcontrol\.apiserver|events)\.k8s\.io$/;

/** The region that Azure pairs with the one that an object for a cloud names. */
function pair({ body }: KubernetesObject): string | null | undefined {
  const { location, forProvider } = record(body.spec);
  const region = location ?? record(forProvider).location;
  return typeof region === "string" ? pairOf(region)?.pair : undefined;
}

/** A path in words: the name of a container's variable tells more than where it stands. */
function spoken({ body }: KubernetesObject, path: string): string {
  const [item] = /^.*\.env\[\d+\]/.exec(path) ?? [];
  const name = item === undefined ? undefined : record(valueAt(body, item)).name;
  return typeof name === "string" ? name : path;
}

/** What stands in a secret is judged, never shown. */
function hidden(fact: Fact): Fact {
  return fact.kind === "host" || fact.kind === "place" ? { ...fact, secret: true } : fact;
}

// Names of the object itself, and those that a pod gives to an address, which is judged.
const NAMES = /^(?:apiVersion|kind|__\w+)$|\bhostAliases\[\d+\]\.hostnames\b/;

// A variable, an argument, or a value of a ConfigMap or Secret.
const SETTING = /\.env\[\d+\]\.value$|\.args\[\d+\]$|^(?:data|stringData|binaryData)(?:\.[\w-]+|\["[^"]+"\])$/;

/** What a value tells by itself, whatever its field is called: a profile of Bedrock, a region, a well-known service. */
function told(value: string, path: string, key: string): Fact[] | undefined {
  const profile = profileIn(value);
  if (profile)
    return [{ kind: "place", path, purpose: "prompt", value: profile, because: "where the model may answer" }];
  if (REGION.test(value) && meaningOf(key) === "other" && !nameLike(key, path) && placeOf(value)) {
    return [{ kind: "place", path, value }];
  }
  return SETTING.test(path) || IMAGE.test(value) ? wellKnown(value, path) : undefined;
}

const REGION = /^[a-z]{2}-[a-z]+-\d$/;
const IMAGE = /^[\w-]+(?:\.[\w-]+)+\/[\w./-]+(?::[\w.-]+|@sha256:[0-9a-f]+)$/;

/** A value that is nothing but a well-known service's host or image, whatever the setting is called. */
function wellKnown(value: string, path: string): Fact[] | undefined {
  const host = bareHost(value);
  if (host === undefined || !(serviceAt(host) ?? placeOfHost(host))) return undefined;
  const image = /^[\w.-]+\/[\w./-]+(?::[\w.-]+|@sha256:[0-9a-f]+)$/.test(value);
  return [image ? { kind: "image", path, value } : { kind: "host", path, value: host }];
}

function content(object: KubernetesObject, body: Record<string, unknown>, options: SweepOptions): Fact[] {
  if (!isFileHolder(object)) return sweep(body, "", options);
  const { read, purpose } = options;
  const own = { ...(read && { read }), ...(purpose && { purpose }), ...(object.kind === "Secret" && { secret: true }) };
  const data = object.kind === "Secret" ? decoded(body.data) : body.data;
  return [
    ...sweep(data, "data", own),
    ...sweep(body.stringData, "stringData", own),
    ...sweep(decoded(body.binaryData), "binaryData", own),
  ];
}

/** What a policy may open or close where it is not known yet. */
function unread(body: Record<string, unknown>): Fact[] {
  return holesIn(body, "").map((path) => ({ kind: "unknown", path, hides: ["egress", "isolation", "host"] }));
}

// Annotations for people and for bookkeeping; every other one may configure something.
const PROSE =
  /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|api-approved\.kubernetes\.io|artifacthub\.io\/.*|a8r\.io\/.*|backstage\.io\/.*|org\.opencontainers\.image\..*|pulumi\.com\/.*|meta\.helm\.sh\/.*|.*\/(?:description|documentation|docs|homepage|source-url|change-cause|issue-url))$/;

/** The same on a pod template. */
function isProse(path: string): boolean {
  const [, key] = /\.annotations\["([^"]+)"\]$/.exec(path) ?? [];
  return key !== undefined && PROSE.test(key);
}

function annotations(metadata: unknown, purpose: (path: string) => Purpose | undefined): Fact[] {
  const written = record(metadata).annotations;
  if (metadata === UNKNOWN) return [{ kind: "unknown", path: "metadata", hides: ["host", "place"] }];
  if (written === UNKNOWN) return [{ kind: "unknown", path: "metadata.annotations", hides: ["host", "place"] }];
  const named = Object.entries(record(written)).map(([key, value]) => ({
    key,
    value,
    last: key.split("/").at(-1) ?? key,
  }));
  const endpoints = named.flatMap(({ last, value }) => (namesEndpoint(last, value) ? [last] : []));
  return named.flatMap(({ key, value, last }) => {
    // Beside its endpoint, a region is only a word of the protocol.
    if (PROSE.test(key) || (meaningOf(last) === "place" && endpoints.some((endpoint) => goTogether(last, endpoint))))
      return [];
    return sweep({ [last]: value }, "", { purpose: (path) => purpose(`${path}.${key}`) })
      .filter((fact) => !(fact.kind === "host" && /^[\d.:a-f]+$/.test(fact.value)))
      .map((fact) => ({ ...fact, path: at("metadata.annotations", key) }));
  });
}

const ACCOUNT = /^arn:[\w-]+:(iam|sts|kms):[\w-]*:(\d{12}):/;

/** Accounts whose roles an annotation hands to pods. */
function identities(metadata: unknown): Fact[] {
  return Object.entries(record(record(metadata).annotations)).flatMap(([key, value]): Fact[] => {
    const [, service, account] = (typeof value === "string" && ACCOUNT.exec(value)) || [];
    const purpose = service === "kms" ? "key" : "access";
    return account ? [{ kind: "account", path: at("metadata.annotations", key), value: account, purpose }] : [];
  });
}

/** Helm renders a Release while it is being created: its objects reach neither this judge nor the policy pack. */
function release({ props }: Resource): Described {
  const why = "a Helm release makes objects that no guard sees";
  const remedy = "use kubernetes.helm.v4.Chart, whose objects are judged one by one";
  return { facts: [{ kind: "undecidable", path: "chart", why, remedy }, ...source(props)], by: "undecidable" };
}

function component({ props }: Resource): Described {
  return { facts: source(props), by: "component" };
}

/** Where a chart or a manifest is fetched from, and what its values may still hide. */
function source(props: Record<string, unknown>): Fact[] {
  const { chart, repositoryOpts, fetchOpts, repo, file, files, directory, values } = props;
  const facts = sweep({ chart, repositoryOpts, fetchOpts, repo, file, files, directory }, "");
  const open = sweep({ values }, "").filter(({ kind }) => kind === "unknown");
  // `github.com/acme/base//overlay?ref=main` is cloned by kustomize.
  const [, base] = /^(?:[\w.-]+@)?((?:[\w-]+\.)+[a-z]{2,})[:/]/i.exec(String(directory)) ?? [];
  const cloned = base === undefined ? undefined : bareHost(base);
  return distinct([
    ...facts,
    ...(cloned ? [{ kind: "host" as const, path: "directory", value: cloned }] : []),
    ...open,
  ]);
}
