import type { Await } from "../await.ts";
import { field } from "../kube-object.ts";
import { same, type Value } from "../properties.ts";
import { holds } from "../reasons.ts";
import { daemonSet } from "./daemon-set.ts";
import { deployment } from "./deployment.ts";
import { job } from "./job.ts";
import { persistentVolumeClaim } from "./persistent-volume-claim.ts";
import { pod } from "./pod.ts";
import { service } from "./service.ts";
import { statefulSet } from "./stateful-set.ts";

/** The kinds that are more than created, by apiVersion and kind; every other kind is ready when the API server has it. */
export const awaits: Record<string, Await> = {
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "batch/v1/Job": job,
  "v1/PersistentVolumeClaim": persistentVolumeClaim,
  "v1/Pod": pod,
  "v1/Service": service,
  "v1/Namespace": {
    onRead: false,
    waitsFor: (object) =>
      field(object, "status", "phase") === "Active" ? undefined : "Waiting for Namespace to be active",
  },
  "v1/PersistentVolume": {
    onRead: false,
    waitsFor: (object) => {
      const phase = field(object, "status", "phase");
      return phase === "Available" || phase === "Bound" ? undefined : "Waiting for PersistentVolume to be available";
    },
  },
  "v1/ResourceQuota": {
    onRead: false,
    waitsFor: (object) => {
      const [wanted, given] = [field(object, "spec", "hard"), field(object, "status", "hard")];
      return same((wanted ?? {}) as Value, (given ?? {}) as Value) ? undefined : "Waiting for ResourceQuota to count";
    },
  },
  "v1/Secret": {
    onRead: false,
    waitsFor: (object) =>
      object.type === "kubernetes.io/service-account-token" && !object.data
        ? "Waiting for the token of the ServiceAccount"
        : undefined,
  },
  "networking.k8s.io/v1/Ingress": {
    onRead: true,
    waitsFor: (object) =>
      field(object, "status", "loadBalancer", "ingress")
        ? undefined
        : "Waiting for .status.loadBalancer with hostname/IP",
  },
  // The official provider retries the first custom resources instead; this is the same, said once.
  "apiextensions.k8s.io/v1/CustomResourceDefinition": {
    onRead: false,
    waitsFor: (object) =>
      holds(object, "Established") ? undefined : "Waiting for CustomResourceDefinition to be established",
  },
};
