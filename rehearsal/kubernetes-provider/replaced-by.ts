import type { Path } from "./differences.ts";
import type { KubeObject } from "./kube-object.ts";
import { groupOf } from "./type-token.ts";

/** Which of the provider's settings decide whether a change of data replaces the object. */
export type Mutability = { configMaps: boolean; secrets: boolean };

const container = words(`
  args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin
  stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir
`);
const pod = words(`
  affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID
  hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates
  restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace
  subdomain terminationGracePeriodSeconds volumes
`);
const containers = ["containers", "initContainers"].flatMap((list) => container.map((field) => `${list}.*.${field}`));
const volumeSources = words(`
  awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath
  iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume
`);
const spec = (fields: string[]) => fields.map((field) => `spec.${field}`);

/**
 * Fields that the official provider replaces an object for, because the API server lets nobody change them: by group and
 * kind, `*` standing for every element of a list. What is not listed here is changed in place, or refused by the API server.
 */
const replacing: Record<string, string[]> = {
  "apps/DaemonSet": spec(["selector"]),
  "apps/Deployment": spec(["selector"]),
  "apps/StatefulSet": spec([
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
  ]),
  "batch/Job": spec(["completions", "parallelism", "selector", "template"]),
  "/PersistentVolume": spec(volumeSources),
  "/PersistentVolumeClaim": spec(["accessModes", "selector", "storageClassName", "volumeName"]),
  "/Pod": spec([...pod, ...containers]),
  "/ResourceQuota": spec(["scopes"]),
  "/Service": spec(["clusterIP"]),
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** Whether a change at `path` replaces the object rather than updating it. */
export function replaces(object: KubeObject, path: Path, isPatch: boolean, mutability: Mutability): boolean {
  const patterns = ["metadata.name", "metadata.namespace"];
  if (!isPatch)
    patterns.push(
      ...(dataFields(object, mutability) ?? replacing[`${groupOf(object.apiVersion)}/${object.kind}`] ?? []),
    );
  return patterns.some((pattern) => covers(pattern.split("."), path));
}

function dataFields({ apiVersion, kind, immutable }: KubeObject, { configMaps, secrets }: Mutability) {
  if (apiVersion !== "v1") return undefined;
  if (kind === "Secret") return immutable === true || !secrets ? ["type", "data", "stringData"] : ["type"];
  if (kind === "ConfigMap") return immutable === true || !configMaps ? ["data", "binaryData"] : [];
  return undefined;
}

/** The field itself, something in it, or something that holds it and is gone or new as a whole. */
function covers(pattern: string[], path: Path): boolean {
  return pattern.slice(0, path.length).every((key, index) => key === "*" || key === String(path[index]));
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
