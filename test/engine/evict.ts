import type { KubeConfig } from "@kubernetes/client-node";
import { callOnce } from "../../rehearsal/api-call.ts";

const path = "/api/v1/namespaces/envoy-gateway-system/pods";

/** Takes a proxy away as who drains its node does; answers the status: 429 where its disruption budget does not allow it. */
export async function evict(config: KubeConfig, name: string): Promise<number> {
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "envoy-gateway-system" } };
  const headers = { "content-type": "application/json" };
  return (await callOnce(config, "POST", `${path}/${name}/eviction`, headers, JSON.stringify(body))).status;
}
