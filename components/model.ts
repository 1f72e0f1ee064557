import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import type { NodeTaint } from "./cloud.ts";
import { either } from "./country/wording.ts";
import type { Country } from "./country.ts";
import { engines } from "./engine.ts";
import { labelsOf, podSpec, startSeconds, stopSeconds } from "./model/pod.ts";
import { scaleByLoad } from "./model/scaling.ts";
import { openDoor } from "./network/door.ts";
import { podsIn } from "./network/peers.ts";
import { type Sizing, sizing } from "./sizing.ts";
import { smallestChanges } from "./smallest-change.ts";
import type { Storage } from "./storage.ts";

export type ModelArgs = Country["modelServers"][string] & {
  /** Namespace of the model servers. */
  namespace: pulumi.Input<string>;
  /** The pool it runs on. */
  nodePool: Country["pools"][string];
  /** Taints of the cloud's own on the pool's nodes. */
  cloudTaints?: NodeTaint[];
  /** What enforces network policies. */
  network: Country["network"];
  /** Whether Prometheus collects metrics. */
  monitoring: boolean;
  /** The country's object store; weights may come from it. */
  objects?: Storage["objects"];
};

/** A set of replicas of one model, inside the country: reached only through the gateway, and reaching nothing themselves. */
export class Model extends pulumi.ComponentResource {
  /** In-cluster host name of the OpenAI-compatible API; resolves to every ready replica. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** Namespace of its pods. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: ModelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Model", name, {}, opts);
    const inside = { parent: this };
    const { port } = engines[args.engine];
    const sum = sizedOrRefused(name, args);
    const labels = labelsOf(name, args);
    const metadata = { name, namespace: args.namespace, labels: labels.answering };

    const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, inside);
    const doors = closeDoors(name, args, inside);
    new PodDisruptionBudget(
      name,
      {
        metadata,
        // A pod that is broken already must not keep a node from being drained.
        spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: labels.all } },
      },
      inside,
    );
    const service = new Service(
      name,
      {
        metadata,
        // Headless: Envoy sees every replica and can eject a failing one; a cluster IP would pin connections.
        spec: { clusterIP: "None", selector: labels.answering, ports: [{ name: "http", port, targetPort: "http" }] },
      },
      inside,
    );
    const target = replicas(name, args, sum, account.metadata.name, { ...inside, dependsOn: doors });
    if (args.autoscale) scaleByLoad(name, { ...args, autoscale: args.autoscale }, target, inside);

    this.host = pulumi.interpolate`${service.metadata.name}.${args.namespace}.svc.cluster.local`;
    this.port = port;
    this.namespace = service.metadata.namespace;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}

/** Components may stand alone in somebody's program, so the refusal is here and not only in the country file. */
function sizedOrRefused(name: string, args: ModelArgs): Sizing {
  const { nodePool, weights, objects, gpus, nodes } = args;
  const refuse = (why: string) => new pulumi.RunError(`Model ${name} cannot run: ${why}.`);
  if (nodePool.sharing.kind === "time-slicing") throw refuse(`pool ${args.pool} shares its GPUs by turns`);
  if (nodePool.sharing.kind === "mig" && gpus * nodes > 1) throw refuse("a replica takes one MIG instance and no more");
  if (weights.from === "s3" && !objects) throw refuse("its weights come from an object store, and none is given");
  if (args.autoscale && !args.monitoring) throw refuse("autoscale follows what is measured, and nothing is");
  const sum = sizing({ ...args, pool: nodePool });
  if (sum.unsplit) throw refuse(sum.unsplit);
  if (!sum.fits) {
    const needed = sum.weightsEach + args.concurrency * (sum.kvEach ?? 0);
    const changes = smallestChanges({ ...args, pool: { ...nodePool, name: args.pool } }, []).map(
      ({ written }) => written,
    );
    const hold = `each GPU would hold ${needed.toFixed(1)} GiB of weights and KV cache, and has room for ${sum.usable.toFixed(1)}`;
    throw refuse(changes.length > 0 ? `${hold}; it could with ${either(changes)}` : hold);
  }
  return sum;
}

/**
 * A prompt could leave the country on an outgoing connection, so a model server gets none, and only the gateway and whoever
 * measures come in. Pods of one replica talk to each other; where weights are fetched, the object store is open as well.
 */
function closeDoors(name: string, args: ModelArgs, opts: pulumi.ResourceOptions): pulumi.Resource[] {
  const { namespace, objects, monitoring, network } = args;
  const { port } = engines[args.engine];
  const { all, answering } = labelsOf(name, args);
  const [pods, own] = [{ matchLabels: all }, { podSelector: { matchLabels: all } }];
  const prometheus = () => podsIn(addon("prometheus").namespace, { "app.kubernetes.io/name": "prometheus" });
  const callers = [gatewayProxies(), ...(monitoring ? [prometheus()] : [])];
  const closed = new NetworkPolicy(
    name,
    {
      metadata: { name, namespace, labels: answering },
      spec: {
        podSelector: pods,
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: callers, ports: [{ protocol: "TCP", port }] }, ...(args.nodes > 1 ? [{ from: [own] }] : [])],
        ...(args.nodes > 1 && { egress: [{ to: [own] }] }),
      },
    },
    opts,
  );
  if (args.weights.from !== "s3" || objects === undefined) return [closed];
  const { egress, hosts } = objects;
  return [closed, openDoor(`${name}-weights`, { namespace, pods, egress, hosts }, network, opts)];
}

/** The replicas: a Deployment, or a LeaderWorkerSet where each spans several nodes. Tells what can be scaled. */
function replicas(
  name: string,
  args: ModelArgs,
  sum: Sizing,
  account: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): { apiVersion: string; kind: string } {
  const { namespace, tenant } = args;
  const labels = labelsOf(name, { tenant });
  const metadata = { name, namespace, labels: labels.answering };
  // Replicas of a model that is scaled are KEDA's once they are there; Pulumi leaves the number as it finds it.
  const ignoreChanges = args.autoscale ? ["spec.replicas"] : [];
  if (args.nodes === 1) {
    new Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: args.replicas,
          selector: { matchLabels: labels.answering },
          // A surge would wait for GPUs that a full pool does not have.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
          // Images of weights are pulled, and files checked, before a replica begins to load.
          progressDeadlineSeconds: 2 * startSeconds(sum),
          template: { metadata: { labels: labels.answering }, spec: podSpec(name, args, sum, "alone", account) },
        },
      },
      { ...opts, ignoreChanges, customTimeouts: timeouts(args, sum) },
    );
    return { apiVersion: "apps/v1", kind: "Deployment" };
  }
  const kind = { apiVersion: "leaderworkerset.x-k8s.io/v1", kind: "LeaderWorkerSet" };
  const template = (role: "leader" | "worker", of: object) => ({
    metadata: { labels: of },
    spec: podSpec(name, args, sum, role, account),
  });
  new CustomResource(
    name,
    {
      ...kind,
      metadata,
      spec: {
        replicas: args.replicas,
        rolloutStrategy: {
          type: "RollingUpdate",
          rollingUpdateConfiguration: { maxSurge: 0, maxUnavailable: 1 },
        },
        startupPolicy: "LeaderCreated",
        // Each group has a name of its own to meet under; the model's name is left to the service that answers.
        networkConfig: { subdomainPolicy: "UniquePerReplica" },
        leaderWorkerTemplate: {
          size: args.nodes,
          // Nodes that lost one of them cannot go on; while some are still fetching weights, they need not begin again.
          restartPolicy: "RecreateGroupAfterStart",
          leaderTemplate: template("leader", labels.answering),
          workerTemplate: template("worker", labels.computing),
        },
      },
    },
    { ...opts, ignoreChanges, customTimeouts: timeouts(args, sum) },
  );
  return kind;
}

/** Replicas start side by side, are replaced one after the other, and go only when they have answered what they were asked. */
function timeouts(args: ModelArgs, sum: Sizing): pulumi.CustomTimeouts {
  const [start, stop] = [2 * startSeconds(sum), stopSeconds(args)];
  const most = args.autoscale?.most ?? args.replicas;
  const minutes = (seconds: number) => `${Math.ceil(seconds / 60)}m`;
  return { create: minutes(start), update: minutes(most * (start + stop)), delete: minutes(stop + 300) };
}

/** The gateway's data plane, as a NetworkPolicy names it. */
function gatewayProxies() {
  return podsIn(addon("envoy-gateway").namespace, { "app.kubernetes.io/component": "proxy" });
}
