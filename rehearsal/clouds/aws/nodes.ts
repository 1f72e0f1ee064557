import { createHash } from "node:crypto";
import type { V1Node } from "@kubernetes/client-node";
import { accelerator, instance, instances, migProfiles, sizeOnAws } from "../../../catalogue/index.ts";
import { call, configOf } from "../../api-call.ts";

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
  const config = configOf(kubeconfig);
  const nodes = "/api/v1/nodes";
  const selected = (group: string) => `${nodes}?labelSelector=${encodeURIComponent(`${groupLabel}=${group}`)}`;
  const must = async (method: string, path: string, body?: object, type = "application/json") => {
    const answer = await call(config, method, path, { "content-type": type }, body && JSON.stringify(body));
    // A node that is there already, or gone already, is what was wanted.
    if (answer.status >= 300 && answer.status !== 409 && answer.status !== 404)
      throw new Error(`The API server refused ${method} ${path}: ${answer.body.slice(0, 400)}`);
    return answer;
  };
  return {
    async scale(form, count) {
      const listed = JSON.parse((await must("GET", selected(form.group))).body) as { items?: V1Node[] };
      const present = new Set((listed.items ?? []).map(({ metadata }) => metadata!.name!));
      const wanted = Array.from({ length: count }, (_, index) => nodeOf(form, index));
      const names = new Set(wanted.map(({ metadata }) => metadata!.name!));
      await Promise.all([
        ...wanted.map((node) =>
          present.has(node.metadata!.name!)
            ? must(
                "PATCH",
                `${nodes}/${node.metadata!.name}`,
                { metadata: { labels: form.labels }, spec: node.spec },
                "application/merge-patch+json",
              )
            : must("POST", nodes, node),
        ),
        ...[...present].filter((name) => !names.has(name)).map((name) => must("DELETE", `${nodes}/${name}`)),
      ]);
    },
    async remove(group) {
      await must("DELETE", selected(group));
    },
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
  const capacity = {
    cpu: String(size.vcpus),
    memory: `${Math.floor(size.memoryGiB * 0.93)}Gi`,
    pods: "110",
    "ephemeral-storage": `${form.diskGiB}Gi`,
    ...devices.resources,
  };
  return {
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        type: "kwok",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": size.cpu,
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
    },
    spec: {
      providerID: `aws:///${place.zone}/i-0${seed.toString("hex").slice(0, 16)}`,
      taints: form.taints.map(({ key, value, effect }) => ({ key, value, effect: effects[effect] ?? effect })),
    },
    status: { capacity, allocatable: capacity },
  };
}

const effects: Record<string, string> = {
  NO_SCHEDULE: "NoSchedule",
  NO_EXECUTE: "NoExecute",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
};

/** What device plugins advertise, cut as the labels of the group ask, and what GPU feature discovery writes. */
function devicesOf({ instanceType, labels, adapters }: NodeGroupForm): {
  resources: Record<string, string>;
  labels: Record<string, string>;
} {
  if (!instances().includes(instanceType)) return { resources: {}, labels: {} };
  const { accelerator: id, gpus = 0, fabric } = instance(instanceType);
  const efa: Record<string, string> =
    fabric?.kind === "efa" && adapters > 0 ? { "vpc.amazonaws.com/efa": String(adapters) } : {};
  if (!id) return { resources: efa, labels: {} };
  const { label, resource, vendor } = accelerator(id);
  const asked = labels["nvidia.com/mig.config"]?.replace(/^all-/, "");
  const profile = migProfiles(id).find(({ name }) => name.replaceAll("+", ".") === asked);
  const units = profile ? { [profile.resource]: String(gpus * profile.max_per_gpu) } : { [resource]: String(gpus) };
  const cut = profile && { "nvidia.com/mig.strategy": "mixed", "nvidia.com/mig.config.state": "success" };
  return {
    resources: { ...units, ...efa },
    labels: {
      [label.key]: label.value,
      [`${resource}.present`]: "true",
      ...(vendor === "nvidia" && { "nvidia.com/gpu.count": String(gpus) }),
      ...cut,
    },
  };
}
