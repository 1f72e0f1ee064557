import type { Diff } from "../provider-messages.ts";
import { normalised } from "./check.ts";
import type { Cluster } from "./cluster.ts";
import { differences, formatPath } from "./differences.ts";
import { annotation, annotations, type KubeObject, toKubeObject } from "./kube-object.ts";
import { isUnknown, type Properties, same, type Value } from "./properties.ts";
import { type Mutability, replaces } from "./replaced-by.ts";
import { parseTypeToken, parseUrn } from "./type-token.ts";

export type DiffRequest = { urn: string; oldInputs: Properties; newInputs: Properties; ignored: string[] };

/**
 * What an update would change, decided from what the program declared before and declares now. Equal inputs cost no
 * request, so that many unchanged objects cost nothing. Drift comes in through a refresh, which renews the old inputs.
 */
export async function diff(
  { urn, oldInputs, newInputs, ignored }: DiffRequest,
  cluster: Cluster,
  mutability: Mutability,
): Promise<Diff> {
  const before = normalised(toKubeObject(oldInputs));
  const after = normalised(toKubeObject(newInputs));
  if (same(before as Value, after as Value)) return { changes: [], deleteBeforeReplace: false };

  const resource = await cluster.kinds.find(after.apiVersion, after.kind);
  const namespaced = resource?.namespaced ?? true;
  const [old, wanted] = [before, after].map((object) => settleNamespace(object, namespaced, cluster)) as [
    KubeObject,
    KubeObject,
  ];
  const { isPatch } = parseTypeToken(parseUrn(urn).type, newInputs);
  const changes = differences(old as Value, wanted as Value)
    .map(({ path, change }) => ({
      path: formatPath(path),
      change,
      replace: replaces(wanted, path, isPatch, mutability),
    }))
    .filter(({ path }) => !ignored.some((prefix) => isWithin(path, prefix)));
  return { changes, deleteBeforeReplace: changes.some(({ replace }) => replace) && keepsItsName(old, wanted) };
}

/** An old and a new object of one name cannot stand side by side. */
function keepsItsName(before: KubeObject, after: KubeObject): boolean {
  const { name, namespace } = after.metadata;
  if (!name || isUnknown(name) || annotation(after, annotations.autonamed) === "true") return false;
  return name === before.metadata.name && namespace === before.metadata.namespace;
}

/** No namespace means the default one; for a cluster-wide kind, any namespace means none. */
function settleNamespace(object: KubeObject, namespaced: boolean, cluster: Cluster): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  return { ...object, metadata: namespaced ? { ...metadata, namespace: namespace || cluster.namespace } : metadata };
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}
