import { type Await, Hopeless } from "../await.ts";
import { holds, statusConditions, workloadReasons } from "../reasons.ts";
import { count } from "./deployment.ts";

/** A Job is ready when it has done its work; one that has failed never will be. */
export const job: Await = {
  onRead: true,
  reasons: workloadReasons,
  waitsFor: (object) => {
    if (holds(object, "Complete")) return undefined;
    const failed = statusConditions(object).find(({ type, status }) => type === "Failed" && status === "True");
    if (failed) throw new Hopeless(`Job ${object.metadata.name} failed: [${failed.reason}] ${failed.message}`);
    const wanted = count(object, "spec", "completions") ?? 1;
    return `Waiting for Job to complete (${count(object, "status", "succeeded") ?? 0}/${wanted} Pods succeeded)`;
  },
};
