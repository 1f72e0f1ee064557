import type { Await } from "../await.ts";
import { field, type KubeObject } from "../kube-object.ts";
import { workloadReasons } from "../reasons.ts";

/** A rollout is over when its controller has seen it and every replica is of the new revision and available. */
export const deployment: Await = {
  onRead: true,
  reasons: workloadReasons,
  waitsFor: (object) => {
    if (!isObserved(object)) return "Waiting for the controller to see the change";
    const wanted = count(object, "spec", "replicas") ?? 1;
    const updated = count(object, "status", "updatedReplicas") ?? 0;
    const available = Math.min(updated, count(object, "status", "availableReplicas") ?? 0);
    return available >= wanted
      ? undefined
      : `Waiting for app ReplicaSet to be available (${available}/${wanted} Pods available)`;
  },
};

/** Whether an object's status is about its present generation. */
export function isObserved(object: KubeObject): boolean {
  return (count(object, "status", "observedGeneration") ?? 0) >= (object.metadata.generation ?? 0);
}

export function count(object: KubeObject, ...path: string[]): number | undefined {
  return field(object, ...path) as number | undefined;
}
