import type { Cluster, Reference } from "./cluster.ts";
import type { KubeObject } from "./kube-object.ts";

/** When an object of some kind is ready. */
export type Await = {
  /** Other objects that tell it. */
  beside?: (object: KubeObject) => Reference[];
  /** What is waited for; undefined when the object is ready. Throws a Hopeless when it never will be. */
  waitsFor: (object: KubeObject, beside: (KubeObject | undefined)[]) => string | undefined;
  /** How long it has to stay ready before it counts, where other objects tell it. */
  settleMs?: number;
  /** Whether reading an object says that it is not ready, or only creating and updating it. */
  onRead: boolean;
  /** Why it is not ready, asked once when the time is up. */
  reasons?: (object: KubeObject, cluster: Cluster) => Promise<string[]>;
};

/** The object is as ready as it will ever be. */
export class Hopeless extends Error {}
