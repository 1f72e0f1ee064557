import type { Await } from "../await.ts";
import { workloadReasons } from "../reasons.ts";
import { count, isObserved } from "./deployment.ts";

/** A rollout is over when every node that should run the new revision has it available. */
export const daemonSet: Await = {
  onRead: true,
  reasons: workloadReasons,
  waitsFor: (object) => {
    if (!isObserved(object)) return "Waiting for the controller to see the change";
    const wanted = count(object, "status", "desiredNumberScheduled") ?? 0;
    const updated = count(object, "status", "updatedNumberScheduled") ?? 0;
    const available = Math.min(updated, count(object, "status", "numberAvailable") ?? 0);
    return available >= wanted
      ? undefined
      : `Waiting for DaemonSet to roll out (${available}/${wanted} Pods available)`;
  },
};
