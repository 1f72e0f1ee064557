import { createHash, randomBytes } from "node:crypto";
import type { Autonaming } from "../provider-messages.ts";
import type { Cluster } from "./cluster.ts";
import { annotation, annotations, field, fromKubeObject, type KubeObject, toKubeObject } from "./kube-object.ts";
import { containsUnknown, isMap, isUnknown, markSecrets, type Properties, type Value } from "./properties.ts";
import { isBuiltIn, parseTypeToken, parseUrn, type TypeToken } from "./type-token.ts";

export type CheckRequest = {
  urn: string;
  olds: Properties;
  news: Properties;
  randomSeed: Uint8Array;
  autonaming?: Autonaming;
};

export type Checked = { inputs: Properties; failures: { property: string; reason: string }[] };

const managedBy = "app.kubernetes.io/managed-by";
/** What the API server fills in by itself; a copy of it in a program would only make differences. */
const readOnly = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** What a program declared, made complete: its apiVersion and kind, a name, a namespace where the kind has one. */
export async function check(
  { urn, olds, news, randomSeed, autonaming }: CheckRequest,
  cluster: Cluster,
): Promise<Checked> {
  const { type, name } = parseUrn(urn);
  const token = parseTypeToken(type, news);
  if (token.name.endsWith("List") && isBuiltIn(token.apiVersion)) {
    throw new Error(`${token.name} only wraps other resources; declare the resources in it one by one`);
  }
  const object = normalised({ ...toKubeObject(news), apiVersion: token.apiVersion, kind: token.kind });
  if (!isMap(news.metadata ?? {}))
    return { inputs: { ...news, apiVersion: token.apiVersion, kind: token.kind }, failures: [] };

  nameObject(object, toKubeObject(olds), {
    token,
    prefix: name,
    randomSeed,
    autonaming,
    isNew: Object.keys(olds).length === 0,
  });
  const resource = await cluster.kinds.find(token.apiVersion, token.kind);
  if (!resource && isBuiltIn(token.apiVersion)) {
    const served = await cluster.kinds.of(token.apiVersion);
    const reason = served.length
      ? `${token.apiVersion} has no kind ${token.kind}; it has: ${served.join(", ")}`
      : `the API server does not serve ${token.apiVersion}`;
    return { inputs: news, failures: [{ property: served.length ? "kind" : "apiVersion", reason }] };
  }
  // A kind whose definition comes later counts as namespaced, as most are; the request that creates it knows better.
  if (resource?.namespaced !== false) object.metadata.namespace ||= cluster.namespace;
  return { inputs: markSecrets(fromKubeObject(object), news), failures: [] };
}

/** The object without what the API server owns, and with a Secret's `stringData` where the API server will put it. */
export function normalised(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !readOnly.includes(key)));
  const { stringData, ...rest }: KubeObject = { ...object, metadata };
  const isSecret = object.apiVersion === "v1" && object.kind === "Secret";
  if (!isSecret || !isMap(stringData as Value) || containsUnknown(object as Value)) {
    return stringData === undefined ? rest : { ...rest, stringData };
  }
  const encoded = Object.entries(stringData as Record<string, string>).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString("base64"),
  ]);
  return { ...rest, data: { ...(rest.data as Properties), ...Object.fromEntries(encoded) } };
}

type Naming = Pick<CheckRequest, "randomSeed" | "autonaming"> & { token: TypeToken; prefix: string; isNew: boolean };

/** Names an object that the program left unnamed, once: later checks find the name in the old inputs. */
function nameObject(object: KubeObject, old: KubeObject, { token, prefix, randomSeed, autonaming, isNew }: Naming) {
  const { metadata } = object;
  if (!isNew && field(old, "metadata", "labels", managedBy) === managedByPulumi()) {
    metadata.labels = { ...metadata.labels, [managedBy]: managedByPulumi() };
  }
  if (metadata.name) return;
  if (metadata.generateName) {
    throw new Error(
      "metadata.generateName is not supported with server-side apply; leave the name out or set metadata.name",
    );
  }
  if (token.isPatch) throw new Error("a patch needs metadata.name: which object is it to patch?");
  if (!isNew && annotation(old, annotations.autonamed) === "true") metadata.name = old.metadata.name;
  else if (autonaming?.mode === "disable") throw new Error("autonaming is disabled: metadata.name has to be set");
  else metadata.name = autonaming?.name || `${prefix}-${suffix(randomSeed)}`;
  if (!isUnknown(metadata.annotations as Value)) {
    metadata.annotations = { ...metadata.annotations, [annotations.autonamed]: "true" };
  }
}

function managedByPulumi(): string {
  return process.env.PULUMI_KUBERNETES_MANAGED_BY_LABEL ?? "pulumi";
}

function suffix(seed: Uint8Array): string {
  return createHash("sha256")
    .update(seed.length ? seed : randomBytes(16))
    .digest("hex")
    .slice(0, 8);
}
