import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";
import { prometheusUrl } from "../addons/prometheus.ts";
import { engines } from "../engine.ts";
import type { ModelArgs } from "../model.ts";

/** What of a replica's KV cache may be taken before another replica is due, and below which one is not given back. */
const fullCache = 0.8;

/** Replicas between the declared least and most, as KEDA follows the load; never none, since a start takes minutes. */
export function scaleByLoad(
  name: string,
  args: ModelArgs & { autoscale: NonNullable<ModelArgs["autoscale"]> },
  target: { apiVersion: string; kind: string },
  opts: pulumi.CustomResourceOptions,
): void {
  const { replicas, autoscale, namespace } = args;
  const { waiting, cache } = engines[args.engine].metrics;
  // Pods alone tell a model's shared replicas from a tenant's own, which answer to the same name.
  const pods = `${name}-${args.nodes > 1 ? "[0-9]+" : "[a-z0-9]+-[a-z0-9]{5}"}`;
  const trigger = (metric: string, threshold: number) => ({
    type: "prometheus",
    metadata: {
      serverAddress: prometheusUrl,
      query: pulumi.interpolate`sum(${metric}{namespace="${namespace}",pod=~"${pods}"})`,
      threshold: String(threshold),
      // Nothing measured is no measurement, and not the nought that it is taken for by default.
      ignoreNullValues: "false",
    },
  });
  new CustomResource(
    `${name}-load`,
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: { name, namespace },
      spec: {
        scaleTargetRef: { ...target, name },
        minReplicaCount: replicas,
        maxReplicaCount: autoscale.most,
        pollingInterval: 15,
        // Requests that wait ask for more; caches that are in use keep what is there from being given back.
        triggers: [trigger(waiting, autoscale.waiting), trigger(cache, fullCache)],
        // Without measurements nothing is given back.
        fallback: { failureThreshold: 4, replicas, behavior: "currentReplicasIfHigher" },
        advanced: {
          restoreToOriginalReplicaCount: true,
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleUp: { stabilizationWindowSeconds: 30, policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] },
              scaleDown: {
                stabilizationWindowSeconds: 1800,
                policies: [{ type: "Pods", value: 1, periodSeconds: 600 }],
              },
            },
          },
        },
      },
    },
    opts,
  );
}
