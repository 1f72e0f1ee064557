import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type { meta } from "@pulumi/kubernetes/types/input.js";
import type * as pulumi from "@pulumi/pulumi";
import { clusterDns } from "../closed-namespace.ts";
import type { Country } from "../country.ts";
import type { Host } from "../storage/hosts.ts";
import { isInCluster, privateNetworks, tcp, toHost } from "./peers.ts";

/** What some pods may be called from and may call; to everything else they are closed, both ways. */
export type Door = {
  namespace: pulumi.Input<string>;
  /** Selector of the pods, `{}` for all of the namespace. */
  pods: meta.v1.LabelSelector;
  /** Peers and ports of NetworkPolicy, where the peers are pods. */
  ingress?: { from: object[]; ports?: object[] }[];
  egress?: { to: object[]; ports?: object[] }[];
  /** Ports on which nodes call, whose kernels are no pods. */
  nodesCall?: object[];
  callsApiServer?: boolean;
  /** Hosts beside the cluster, or services of it, that are called. */
  hosts?: Host[];
};

// The port of the API server's Service, and the one that API servers usually listen on.
const apiServerPorts = [tcp(443), tcp(6443)];

/**
 * The policy of a door. It knows no names, so nodes, API server and outside hosts are opened by the private ranges they are
 * in; where Cilium is, the platform's policies open them by what they are.
 */
export function openDoor(
  name: string,
  door: Door,
  { policies }: Country["network"],
  opts: pulumi.ResourceOptions,
): pulumi.Resource {
  const byRange = policies === "kubernetes";
  const hosts = (door.hosts ?? []).filter(({ host }) => byRange || isInCluster(host));
  return new NetworkPolicy(
    name,
    {
      metadata: { name: `freehold-${name}`, namespace: door.namespace },
      spec: {
        podSelector: door.pods,
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          ...(door.ingress ?? []),
          ...(byRange && door.nodesCall ? [{ from: privateNetworks, ports: door.nodesCall }] : []),
        ],
        egress: [
          clusterDns,
          ...(door.egress ?? []),
          ...(byRange && door.callsApiServer ? [{ to: privateNetworks, ports: apiServerPorts }] : []),
          ...hosts.map(({ host, port }) => toHost(host, port)),
        ],
      },
    },
    opts,
  );
}
