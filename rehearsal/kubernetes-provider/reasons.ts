import type { Cluster } from "./cluster.ts";
import { field, type KubeObject } from "./kube-object.ts";

type Condition = { type?: string; status?: string; reason?: string; message?: string };
type Selector = { matchLabels?: Record<string, string> };
type ContainerStatus = {
  name: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    terminated?: { reason?: string; message?: string; exitCode?: number };
  };
};

/** The conditions in an object's status. */
export function statusConditions(object: KubeObject): Condition[] {
  return (field(object, "status", "conditions") ?? []) as Condition[];
}

/** Whether a condition is True. */
export function holds(object: KubeObject, type: string): boolean {
  return statusConditions(object).some((condition) => condition.type === type && condition.status === "True");
}

/** Why a workload is not ready: what its controller says, what the scheduler and its Pods say, and warnings about it. */
export async function workloadReasons(object: KubeObject, cluster: Cluster): Promise<string[]> {
  const { matchLabels = {} } = (field(object, "spec", "selector") ?? {}) as Selector;
  const labelSelector = Object.entries(matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const pods = labelSelector
    ? await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: object.metadata.namespace }, { labelSelector })
    : [];
  const own = statusConditions(object)
    .filter(({ type, status }) => (type === "ReplicaFailure" ? status === "True" : status === "False"))
    .map(({ reason, message }) => `[${reason}] ${message}`);
  return [...own, ...together(pods.filter((pod) => !isPodReady(pod))), ...(await warnings(object, cluster))];
}

/** Why one Pod is not ready. */
export function podReasons(pod: KubeObject): string[] {
  const conditions = statusConditions(pod)
    .filter(({ status, message }) => status === "False" && message)
    .map(({ reason, message }) => `[${reason}] ${message}`);
  const containers = ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
    ((field(pod, "status", list) ?? []) as ContainerStatus[]).flatMap(({ name, state }) => {
      const { waiting, terminated } = state ?? {};
      if (waiting?.reason) return [`container ${name}: [${waiting.reason}] ${waiting.message ?? ""}`.trim()];
      if (terminated?.exitCode) return [`container ${name}: [${terminated.reason}] exit code ${terminated.exitCode}`];
      return [];
    }),
  );
  return [...conditions, ...containers];
}

export function isPodReady(pod: KubeObject): boolean {
  return holds(pod, "Ready") || field(pod, "status", "phase") === "Succeeded";
}

/** The latest warnings that the cluster recorded about an object. */
export async function warnings({ metadata }: KubeObject, cluster: Cluster): Promise<string[]> {
  const events = await cluster.list(
    { apiVersion: "v1", kind: "Event", namespace: metadata.namespace },
    { fieldSelector: `involvedObject.uid=${metadata.uid},type=Warning` },
  );
  return [...new Set(events.map(({ reason, message }) => `[${reason}] ${message}`))].slice(-3);
}

/** Three hundred Pods that wait for the same thing say it once. */
function together(pods: KubeObject[]): string[] {
  const count = new Map<string, number>();
  for (const reason of pods.flatMap(podReasons)) count.set(reason, (count.get(reason) ?? 0) + 1);
  return [...count].map(([reason, times]) => `${times === 1 ? "1 Pod" : `${times} Pods`}: ${reason}`);
}
