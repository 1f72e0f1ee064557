import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import { keeperLabels } from "../budgets/keeper.ts";
import type { Country } from "../country.ts";
import { isInCluster } from "../network/peers.ts";
import { type Host, storageHosts } from "../storage/hosts.ts";
import { platformNames } from "./names.ts";

type CiliumCountry = Pick<Country, "guards" | "modelServers" | "monitoring" | "storage" | "tenants">;
/** Pods, by the labels that Cilium gives them: each has to fit. */
type Pods = { key: string; operator: string; values?: string[] }[];
/** Pods that call hosts beside the cluster. */
type Way = { name: string; namespace: string; pods?: Pods; hosts: { host: string; port?: number }[] };

const namespaceKey = "k8s:io.kubernetes.pod.namespace";
const namespaceLabel = "k8s:io.cilium.k8s.namespace.labels.";
const freehold = { key: `${namespaceLabel}app.kubernetes.io/part-of`, operator: "In", values: ["freehold"] };
const addonKey = `${namespaceLabel}freehold.dev/addon`;

/**
 * What Cilium adds to the network policies, which it enforces as well: nodes and API servers, which it knows by what they
 * are and by no address; hosts beside the cluster, by name; and the world, shut for good where nobody has to leave.
 */
export function ciliumPolicies(country: CiliumCountry, opts: pulumi.ResourceOptions) {
  const policy = (name: string, pods: Pods, rules: object) =>
    new CustomResource(
      `cilium-${name}`,
      {
        apiVersion: "cilium.io/v2",
        kind: "CiliumClusterwideNetworkPolicy",
        metadata: { name: `freehold-${name}` },
        spec: { endpointSelector: { matchExpressions: pods }, ...rules },
      },
      opts,
    );
  const { monitoring, storage, tenants } = country;
  const budgeted = Object.values(tenants).some(({ budget }) => budget);

  policy("addons", [freehold, { key: addonKey, operator: "Exists" }], apiServer);
  if (storage) policy("storage", inNamespace(platformNames.storage), apiServer);
  if (budgeted) policy("budgets", [...inNamespace(platformNames.gateway), keeper], apiServer);
  // The kubelets tell how full volumes are.
  if (monitoring) policy("kubelets", inNamespace(addon("prometheus").namespace), { egress: [toNodes(10250)] });
  // Volumes are attached by the nodes' own kernels.
  if (storage?.objects.kind === "ceph") {
    const ports = [tcp(3300), { ...tcp(6800), endPort: 7568 }];
    const fromNodes = { fromEntities: nodes, toPorts: [{ ports }] };
    policy("ceph", inNamespace(addon("rook-ceph").namespace), { ingress: [fromNodes] });
  }
  const ways = waysOut(country);
  for (const { name, namespace, pods = [], hosts } of ways) {
    policy(name, [...inNamespace(namespace), ...pods], { egress: [lookUp, ...hosts.map(toHost)] });
  }
  // An API server outside the cluster is the world to Cilium, so who calls it is left to policies of its own.
  const callers = [platformNames.storage, ...(budgeted ? [platformNames.gateway] : [])];
  const leaving = [...new Set([...callers, ...ways.map(({ namespace }) => namespace)])];
  const stays = { key: namespaceKey, operator: "NotIn", values: leaving };
  policy("world", [freehold, { key: addonKey, operator: "DoesNotExist" }, stays], {
    egressDeny: [{ toEntities: ["world"] }],
  });
}

/** Who calls hosts beside the cluster: storage that stands elsewhere, and whatever the guards declare. */
function waysOut({ guards, modelServers, storage }: CiliumCountry): Way[] {
  const { objects, records, keys } = storage ? storageHosts(storage) : {};
  const readers = Object.keys(modelServers).filter((server) => modelServers[server]!.weights.from === "s3");
  const areReaders = { key: "k8s:app.kubernetes.io/name", operator: "In", values: readers };
  const ways: Way[] = [
    { name: "stores", namespace: platformNames.storage, hosts: listed(objects, records) },
    {
      name: "weights",
      namespace: platformNames.models,
      pods: [areReaders],
      hosts: readers.length > 0 ? listed(objects) : [],
    },
    { name: "records", namespace: platformNames.gateway, hosts: listed(records) },
    {
      name: "keys",
      namespace: addon("rook-ceph").namespace,
      hosts: storage?.objects.kind === "ceph" ? listed(keys) : [],
    },
    // Backends that the gateway may be given: admission lets no others through.
    { name: "backends", namespace: addon("envoy-gateway").namespace, hosts: guards.hosts.map((host) => ({ host })) },
  ];
  return ways
    .map((way) => ({ ...way, hosts: way.hosts.filter(({ host }) => !isInCluster(host)) }))
    .filter(({ hosts }) => hosts.length > 0);
}

const keeper = { key: "k8s:app.kubernetes.io/name", operator: "In", values: [keeperLabels["app.kubernetes.io/name"]] };
const nodes = ["host", "remote-node"];
const apiServer = { egress: [{ toEntities: ["kube-apiserver"] }] };
// Cilium learns the addresses behind a name from the answers that pass before its eyes.
const lookUp = {
  toEndpoints: [{ matchLabels: { [namespaceKey]: "kube-system", "k8s:k8s-app": "kube-dns" } }],
  toPorts: [{ ports: [{ port: "53", protocol: "ANY" }], rules: { dns: [{ matchPattern: "*" }] } }],
};

function toNodes(port: number) {
  return { toEntities: nodes, toPorts: [{ ports: [tcp(port)] }] };
}

function toHost({ host, port }: Way["hosts"][number]) {
  const to = /^[\d.]+$/.test(host)
    ? { toCIDR: [`${host}/32`] }
    : { toFQDNs: [host.startsWith("*.") ? { matchPattern: host } : { matchName: host }] };
  return { ...to, ...(port && { toPorts: [{ ports: [tcp(port)] }] }) };
}

function listed(...hosts: (Host | undefined)[]): Host[] {
  return hosts.filter((host) => host !== undefined);
}

function inNamespace(namespace: string): Pods {
  return [{ key: namespaceKey, operator: "In", values: [namespace] }];
}

function tcp(port: number) {
  return { protocol: "TCP", port: String(port) };
}
