import type { core } from "@pulumi/kubernetes/types/input.js";
import type * as pulumi from "@pulumi/pulumi";
import { accelerator, model as modelFacts } from "../../catalogue/index.ts";
import { poolResource } from "../country/pool-resource.ts";
import { engines, type Run } from "../engine.ts";
import type { ModelArgs } from "../model.ts";
import { platformNames } from "../platform/names.ts";
import { locked } from "../platform/restricted.ts";
import { spread } from "../platform/spread.ts";
import { poolLabel, tolerationOf } from "../pool.ts";
import { memoryOf, type Sizing } from "../sizing.ts";
import { supply } from "./weights.ts";

/** Seconds between being told to stop and stopping to listen, so that callers have learnt of it. */
const farewellSeconds = 15;

/** Labels of the pods of a set of replicas: all of them, those that answer, and those that compute for others. */
export function labelsOf(name: string, { tenant }: Pick<ModelArgs, "tenant">) {
  const all = { "app.kubernetes.io/name": name, ...(tenant !== undefined && { "freehold.dev/tenant": tenant }) };
  return {
    all,
    answering: { ...all, "app.kubernetes.io/component": "model" },
    computing: { ...all, "app.kubernetes.io/component": "model-worker" },
  };
}

/** Seconds that a replica may take to load its model: half an hour, and more where there is much to load. */
export function startSeconds({ weights }: Sizing): number {
  return Math.max(1800, 600 + Math.ceil(weights) * 4);
}

/** Seconds for which a pod that was told to stop may go on. */
export function stopSeconds({ engine }: Pick<ModelArgs, "engine">): number {
  return farewellSeconds + engines[engine].drainSeconds + 45;
}

/** The pod of a replica, or one of those that make up a replica together. */
export function podSpec(
  name: string,
  args: ModelArgs,
  sum: Sizing,
  role: Run["role"],
  serviceAccountName: pulumi.Input<string>,
): core.v1.PodSpec {
  const engine = engines[args.engine];
  const { nodePool, gpus } = args;
  const folder = `/models/${args.servedName}`;
  const sliced = nodePool.sharing.kind === "mig";
  const facts = modelFacts(args.model);
  const run: Run = {
    ...args,
    weights: folder,
    parsers: facts.parsers[args.engine],
    embeds: facts.kind === "embedding",
    sliced,
    role,
    startSeconds: startSeconds(sum),
  };
  const weights = supply({ ...args, folder, engine, sizeGiB: sum.weights });
  const devices = {
    [poolResource(nodePool)]: String(gpus),
    ...(role !== "alone" && nodePool.rdma && { [nodePool.rdma.resource]: String(nodePool.rdma.perNode) }),
  };
  const host = hostMemory(args);
  const env = { ...engine.env, ...engine.envOf(run), HOME: "/home/engine" };
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    // A service called like the engine would inject variables that the engine reads as its own settings.
    enableServiceLinks: false,
    priorityClassName: platformNames.servingPriority,
    terminationGracePeriodSeconds: stopSeconds(args),
    nodeSelector: { [poolLabel]: args.pool },
    tolerations: [
      { key: accelerator(nodePool.accelerator).resource, operator: "Exists", effect: "NoSchedule" },
      ...(args.cloudTaints ?? []).map(tolerationOf),
    ],
    ...(role === "alone" ? { topologySpreadConstraints: spread(labelsOf(name, args).all) } : apart(name, args)),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 2000,
      fsGroup: 2000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(weights.initContainers.length > 0 && { initContainers: weights.initContainers }),
    containers: [
      {
        name: args.engine,
        image: args.image,
        command: engine.command,
        args: engine.args(run),
        env: [
          ...Object.entries(env).map(([key, value]) => ({ name: key, value })),
          ...(role === "alone"
            ? []
            : [{ name: "VLLM_HOST_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }]),
        ],
        resources: {
          requests: {
            cpu: String(sliced ? 2 : 4 * gpus),
            memory: `${host}Gi`,
            ...(weights.diskGiB > 0 && { "ephemeral-storage": `${weights.diskGiB}Gi` }),
            ...devices,
          },
          limits: { memory: `${2 * host}Gi`, ...devices },
        },
        ...(role === "worker" ? { lifecycle: waitForLeader(args) } : answering(args, sum)),
        securityContext: locked,
        volumeMounts: [
          ...weights.mounts,
          { name: "shm", mountPath: "/dev/shm" },
          { name: "home", mountPath: "/home/engine" },
        ],
      },
    ],
    volumes: [
      ...weights.volumes,
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "8Gi" } },
      { name: "home", emptyDir: { sizeLimit: "20Gi" } },
    ],
  };
}

/** Port, probes and farewell of the pod that answers. */
function answering({ engine: id }: ModelArgs, sum: Sizing) {
  const engine = engines[id];
  const probe = { httpGet: { path: engine.healthPath, port: "http" } };
  return {
    ports: [{ name: "http", containerPort: engine.port }],
    startupProbe: { ...probe, periodSeconds: 10, failureThreshold: Math.ceil(startSeconds(sum) / 10) },
    readinessProbe: { ...probe, periodSeconds: 5, timeoutSeconds: 5 },
    livenessProbe: { ...probe, periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 6 },
    lifecycle: { preStop: { sleep: { seconds: farewellSeconds } } },
  };
}

/** A worker that went first would cut off every request that its leader is still answering. */
function waitForLeader({ engine: id }: ModelArgs) {
  const { port, drainSeconds } = engines[id];
  const wait = `while (exec 3<>/dev/tcp/$LWS_LEADER_ADDRESS/${port}) 2>/dev/null; do sleep 2; done`;
  const command = ["timeout", String(farewellSeconds + drainSeconds), "bash", "-c", wait];
  return { preStop: { exec: { command } } };
}

/** GiB of the node's memory: as much as a GPU has, within bounds, since weights pass through it on their way. */
function hostMemory({ nodePool, gpus }: ModelArgs): number {
  return gpus * Math.min(32, Math.max(8, Math.ceil(memoryOf(nodePool) / 2)));
}

/** Pods of one replica on different nodes, which is what the country file declared. */
function apart(name: string, args: ModelArgs) {
  const group = {
    labelSelector: { matchLabels: labelsOf(name, args).all },
    matchLabelKeys: ["leaderworkerset.sigs.k8s.io/group-index"],
    topologyKey: "kubernetes.io/hostname",
  };
  return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [group] } } };
}
