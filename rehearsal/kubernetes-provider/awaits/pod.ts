import type { Await } from "../await.ts";
import { field } from "../kube-object.ts";
import { holds, isPodReady, podReasons, warnings } from "../reasons.ts";

/** A Pod is ready when it says so, or has done its work. */
export const pod: Await = {
  onRead: true,
  reasons: async (object, cluster) => [...podReasons(object), ...(await warnings(object, cluster))],
  waitsFor: (object) => {
    if (isPodReady(object)) return undefined;
    if (!holds(object, "PodScheduled")) return "Waiting for Pod to be scheduled";
    return `Waiting for Pod to be ready (${field(object, "status", "phase") ?? "Pending"})`;
  },
};
