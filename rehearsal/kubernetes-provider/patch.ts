import type { Cluster } from "./cluster.ts";
import { isNotFound } from "./failure.ts";
import type { KubeObject } from "./kube-object.ts";

/**
 * Gives up all fields that a manager owns in an object: those of nobody else return to their defaults. Does nothing where
 * the object is gone, because applying would make it anew.
 */
export async function relinquish(cluster: Cluster, object: KubeObject, fieldManager: string): Promise<void> {
  const { name, namespace } = object.metadata;
  try {
    await cluster.get(cluster.reference(object));
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  const nothing = { apiVersion: object.apiVersion, kind: object.kind, metadata: { name, namespace } };
  try {
    await cluster.apply(nothing, { dryRun: false, fieldManager, force: false });
  } catch (error) {
    if (!/Required value/.test((error as Error).message)) throw error;
    throw new Error(
      `${(error as Error).message}\n\nThis patch owns a field that the object cannot be without.\n` +
        "  remedy   set the resource option retainOnDelete, or let another manager own the field first",
    );
  }
}
