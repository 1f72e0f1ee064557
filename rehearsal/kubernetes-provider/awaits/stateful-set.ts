import type { Await } from "../await.ts";
import { field } from "../kube-object.ts";
import { workloadReasons } from "../reasons.ts";
import { count, isObserved } from "./deployment.ts";

/** A rollout is over when every replica is ready and of the current revision; with OnDelete, when every replica is ready. */
export const statefulSet: Await = {
  onRead: true,
  reasons: workloadReasons,
  waitsFor: (object) => {
    if (!isObserved(object)) return "Waiting for the controller to see the change";
    const wanted = count(object, "spec", "replicas") ?? 1;
    const ready = count(object, "status", "readyReplicas") ?? 0;
    if (ready < wanted || (count(object, "status", "replicas") ?? 0) !== wanted) {
      return `Waiting for StatefulSet to roll out (${ready}/${wanted} Pods ready)`;
    }
    if (field(object, "spec", "updateStrategy", "type") === "OnDelete") return undefined;
    const isCurrent = field(object, "status", "currentRevision") === field(object, "status", "updateRevision");
    return isCurrent && (count(object, "status", "currentReplicas") ?? 0) >= wanted
      ? undefined
      : "Waiting for StatefulSet to update .status.currentRevision";
  },
};
