import type { Await } from "../await.ts";
import { field, type KubeObject } from "../kube-object.ts";
import { warnings } from "../reasons.ts";

/** A claim is ready when it is bound, or when its storage class binds it only to its first consumer. */
export const persistentVolumeClaim: Await = {
  onRead: false,
  reasons: warnings,
  beside: (object) => {
    const name = storageClass(object);
    return name ? [{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name }] : [];
  },
  waitsFor: (object, [found]) => {
    const phase = field(object, "status", "phase");
    if (phase === "Bound") return undefined;
    if (found?.volumeBindingMode === "WaitForFirstConsumer" && phase === "Pending") return undefined;
    const of = storageClass(object);
    return `Waiting for the claim to be bound (${of ? `storage class ${of}` : "no storage class"}, ${phase ?? "no phase"})`;
  },
};

function storageClass(object: KubeObject): string | undefined {
  return field(object, "spec", "storageClassName") as string | undefined;
}
