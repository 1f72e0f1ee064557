import type { AwsTarget } from "./target.ts";

/**
 * Annotations of the gateway's Service for a network load balancer inside the network: without them AWS makes one that the whole
 * internet may call. Read by EKS's own controller; see https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
 * and the service annotations of kubernetes/cloud-provider-aws.
 */
export function doorAnnotations({ cluster }: Pick<AwsTarget, "cluster">): Record<string, string> {
  const prefix = "service.beta.kubernetes.io/aws-load-balancer";
  return {
    [`${prefix}-type`]: "nlb",
    [`${prefix}-internal`]: "true",
    [`${prefix}-cross-zone-load-balancing-enabled`]: "true",
    [`${prefix}-additional-resource-tags`]: `freehold:cluster=${cluster}`,
  };
}
