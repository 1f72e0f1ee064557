import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { apiServerName, gatewayAddress } from "./network.ts";

/**
 * The lines of an /etc/hosts, as a cluster's name server would answer the pods of a namespace: each Service by the addresses of
 * its pods that run here, and the API server by where it is relayed.
 */
export function hostsOf(services: readonly V1Service[], pods: readonly V1Pod[], from: string): string {
  const lines = services.flatMap(({ metadata, spec }) => {
    const { name = "", namespace = "" } = metadata ?? {};
    const selector = Object.entries(spec?.selector ?? {});
    if (selector.length === 0) return [];
    const behind = pods.filter(
      (pod) =>
        pod.metadata?.namespace === namespace &&
        selector.every(([key, value]) => pod.metadata?.labels?.[key] === value),
    );
    return behind.flatMap((pod) => {
      const address = pod.status?.podIP;
      if (!address) return [];
      const own = pod.metadata?.name;
      return [name, ...(own ? [`${own}.${name}`] : [])].map((each) => spelt(address, each, namespace, from));
    });
  });
  return [...lines, `${gatewayAddress} ${apiServerName}`, ""].join("\n");
}

/** As the search list of a pod would find it, and with the dot at the end that some write. */
function spelt(address: string, name: string, namespace: string, from: string): string {
  const whole = `${name}.${namespace}.svc.cluster.local`;
  const short = namespace === from ? [name] : [];
  return [address, whole, `${whole}.`, `${name}.${namespace}.svc`, `${name}.${namespace}`, ...short].join(" ");
}
