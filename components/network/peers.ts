import { isIPv4 } from "node:net";
import type * as pulumi from "@pulumi/pulumi";

// A NetworkPolicy knows addresses and no names: what stands in the country's own networks is as close as it comes.
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];

/** Whatever has a private address: nodes, and hosts beside the cluster. */
export const privateNetworks = privateRanges.map((cidr) => ({ ipBlock: { cidr } }));

/** Pods of a namespace, all or those with labels, as a NetworkPolicy names a peer. */
export function podsIn(namespace: pulumi.Input<string>, matchLabels?: Record<string, string>) {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(matchLabels && { podSelector: { matchLabels } }),
  };
}

/** A port, or a range of ports, as a NetworkPolicy names it. */
export function tcp(port: number, endPort?: number) {
  return { protocol: "TCP", port, ...(endPort && { endPort }) };
}

/** Egress to a host by its name: a service of this cluster by its namespace, an address by itself, any other by its network. */
export function toHost(host: string, port: number) {
  const [, namespace] = serviceName.exec(host) ?? [];
  const address = isIPv4(host) ? [{ ipBlock: { cidr: `${host}/32` } }] : privateNetworks;
  return { to: namespace ? [podsIn(namespace)] : address, ports: [tcp(port)] };
}

/** Whether a host name is that of a service of this cluster. */
export function isInCluster(host: string): boolean {
  return serviceName.test(host);
}

const serviceName = /^[^.]+\.([^.]+)\.svc(?:\.cluster\.local)?$/;
