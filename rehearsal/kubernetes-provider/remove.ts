import { fromOutputs } from "./checkpoint.ts";
import type { Cluster } from "./cluster.ts";
import { isNotFound } from "./failure.ts";
import { followUntil } from "./follow.ts";
import { annotation, annotations, type KubeObject, parseId } from "./kube-object.ts";
import { relinquish } from "./patch.ts";
import type { Properties } from "./properties.ts";
import { type Patience, timeoutMs } from "./ready.ts";
import { parseTypeToken, parseUrn } from "./type-token.ts";

export type RemoveRequest = { urn: string; id: string; outputs: Properties };

/** Kinds whose deletion is not waited for either where the annotation says not to wait; all others are always waited for. */
const skippable = ["Namespace", "Pod", "DaemonSet", "Deployment", "StatefulSet", "Job"];
const policies: Record<string, string> = { orphan: "Orphan", background: "Background" };

/** Deletes an object with everything that belongs to it, and waits until it is gone. A patch only gives up its fields. */
export async function remove({ urn, id, outputs }: RemoveRequest, cluster: Cluster, patience: Patience): Promise<void> {
  const { inputs, live, fieldManager } = fromOutputs(outputs);
  const { isPatch } = parseTypeToken(parseUrn(urn).type, outputs);
  const object = { ...live, metadata: { ...live.metadata, name: parseId(id).name } };
  // Its definition is gone, and so are all objects of it.
  if (!(await cluster.kinds.find(object.apiVersion, object.kind))) return;
  if (isPatch) return relinquish(cluster, object, fieldManager);

  const reference = cluster.reference(object);
  const policy = policies[annotation(inputs, annotations.deletionPropagation)?.toLowerCase() ?? ""] ?? "Foreground";
  let left: KubeObject | undefined;
  try {
    left = await cluster.delete(reference, policy);
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  if (!left || (annotation(inputs, annotations.skipAwait) === "true" && skippable.includes(object.kind))) return;
  const uid = left.metadata.uid;
  const { cancelled, timeoutSeconds } = patience;
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(timeoutMs(inputs, timeoutSeconds))]);
  const gone = ([now]: (KubeObject | undefined)[]) => {
    left = now ?? left;
    // Another object of the same name may follow at once.
    return !now || now.metadata.uid !== uid || undefined;
  };
  try {
    await followUntil(cluster, [{ reference, from: left }], gone, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    const finalizers = left?.metadata.finalizers?.join(", ");
    throw new Error(
      `${object.kind} ${object.metadata.name} is still there${finalizers ? `: its finalizers may hold it (${finalizers})` : ""}`,
    );
  }
}
