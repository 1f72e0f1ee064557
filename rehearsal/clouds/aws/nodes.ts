import { createHash } from "node:crypto";
import type { V1Node } from "@kubernetes/client-node";
import { instance, instances, sizeOnAws } from "../../../catalogue/index.ts";
import { askedSharing, type NodeForm, shownGpus, simulatedNode } from "../../simulated-node.ts";
import { bringNodes } from "../bring-nodes.ts";

/** What a group of nodes looks like in the cluster. */
export type NodeGroupForm = {
  cluster: string;
  group: string;
  region: string;
  /** Zones and first addresses of its subnets; nodes are dealt out among them. */
  subnets: { zone: string; zoneId: string; first: number }[];
  instanceType: string;
  capacityType: string;
  amiType: string;
  labels: Record<string, string>;
  taints: { key: string; value?: string; effect: string }[];
  diskGiB: number;
  /** Interfaces that are Elastic Fabric Adapters, which AWS's device plugin advertises. */
  adapters: number;
};

/** Makes and removes the nodes of groups; tests have one of their own. */
export type NodeMaker = {
  /** Brings a group to so many nodes of a form. */
  scale(form: NodeGroupForm, count: number): Promise<void>;
  remove(group: string): Promise<void>;
};

const groupLabel = "eks.amazonaws.com/nodegroup";

/** Simulated nodes in the rehearsal's control plane. */
export function kwokNodes(kubeconfig: string): NodeMaker {
  const bring = (group: string, wanted: V1Node[]) => bringNodes(kubeconfig, { [groupLabel]: group }, wanted);
  return {
    scale: (form, count) =>
      bring(
        form.group,
        Array.from({ length: count }, (_, index) => nodeOf(form, index)),
      ),
    remove: (group) => bring(group, []),
  };
}

/** A node as the kubelet, the cloud controller, the device plugins and GPU feature discovery would leave it. */
export function nodeOf(form: NodeGroupForm, index: number): V1Node {
  const place = form.subnets[index % form.subnets.length]!;
  const seed = createHash("sha256").update(`${form.cluster}/${form.group}/${index}`).digest();
  const address = place.first + 256 + (seed.readUInt16BE(0) % 3840);
  const ip = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
  const name = `ip-${ip.replaceAll(".", "-")}-${form.group}-${index}`.slice(0, 63).replace(/[^a-z0-9]+$/, "");
  const size = sizeOnAws(form.instanceType) ?? { vcpus: 4, memoryGiB: 16, cpu: "amd64" };
  const devices = devicesOf(form);
  return simulatedNode({
    name,
    arch: size.cpu,
    resources: {
      cpu: String(size.vcpus),
      memory: `${Math.floor(size.memoryGiB * 0.93)}Gi`,
      "ephemeral-storage": `${form.diskGiB}Gi`,
      ...devices.resources,
    },
    labels: {
      "node.kubernetes.io/instance-type": form.instanceType,
      "topology.kubernetes.io/region": form.region,
      "topology.kubernetes.io/zone": place.zone,
      "topology.k8s.aws/zone-id": place.zoneId,
      [groupLabel]: form.group,
      "eks.amazonaws.com/capacityType": form.capacityType,
      "eks.amazonaws.com/nodegroup-image": "ami-0c0ffee0c0ffee000",
      ...devices.labels,
      ...form.labels,
    },
    spec: {
      providerID: `aws:///${place.zone}/i-0${seed.toString("hex").slice(0, 16)}`,
      taints: form.taints.map(({ key, value, effect }) => ({ key, value, effect: effects[effect] ?? effect })),
    },
  });
}

const effects: Record<string, string> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** GPUs, cut as the labels of the group ask, and network adapters. */
function devicesOf({ instanceType, labels, adapters }: NodeGroupForm): Pick<NodeForm, "resources" | "labels"> {
  if (!instances().includes(instanceType)) return { resources: {}, labels: {} };
  const { accelerator: id, gpus = 0, fabric } = instance(instanceType);
  const efa: Record<string, string> =
    fabric?.kind === "efa" && adapters > 0 ? { "vpc.amazonaws.com/efa": String(adapters) } : {};
  if (!id) return { resources: efa, labels: {} };
  const shown = shownGpus({ accelerator: id, gpusPerNode: gpus, sharing: askedSharing(id, labels) });
  return { resources: { ...shown.resources, ...efa }, labels: shown.labels };
}
