import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../../catalogue/index.ts";
import { openDoor } from "../../network/door.ts";
import { podsIn, tcp } from "../../network/peers.ts";
import { keysHost } from "../hosts.ts";
import type { ObjectStoreArgs } from "../object-store.ts";
import { gatewayPort } from "./ceph.ts";

/**
 * Closes the namespace of Rook, whoever installed it, and opens what Ceph needs: itself, the API server, whoever holds the
 * keys, the nodes whose kernels attach volumes, callers of the S3 gateways, and Prometheus where there is one.
 */
export function cephDoors(args: ObjectStoreArgs, namespace: string, opts: pulumi.ResourceOptions): pulumi.Resource[] {
  const keys = keysHost(args.keys);
  const door = (name: string, apps: string[] | undefined, open: object) => {
    const pods = apps ? { matchExpressions: [{ key: "app", operator: "In", values: apps }] } : {};
    return openDoor(name, { namespace, pods, ...open }, args.network, opts);
  };
  const from = [args.namespace, args.modelsNamespace].map((each) => podsIn(each));
  const prometheus = [podsIn(addon("prometheus").namespace)];
  return [
    door("ceph", undefined, {
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ podSelector: {} }] }],
      callsApiServer: true,
      hosts: keys ? [keys] : [],
    }),
    door("ceph-gateways", ["rook-ceph-rgw"], { ingress: [{ from, ports: [tcp(gatewayPort)] }] }),
    door("ceph-nodes", ["rook-ceph-mon", "rook-ceph-mgr", "rook-ceph-osd"], {
      nodesCall: [tcp(3300), tcp(6800, 7568)],
    }),
    ...(args.monitoring
      ? [
          door("ceph-metrics", ["rook-ceph-mgr", "rook-ceph-exporter"], {
            ingress: [{ from: prometheus, ports: [tcp(9283), tcp(9926)] }],
          }),
        ]
      : []),
  ];
}
