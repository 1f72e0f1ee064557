import { afterEach, describe, expect, it } from "vitest";
import { awaits } from "../../../rehearsal/kubernetes-provider/awaits/index.ts";
import { type KubeObject, toKubeObject } from "../../../rehearsal/kubernetes-provider/kube-object.ts";
import type { Properties } from "../../../rehearsal/kubernetes-provider/properties.ts";
import { NotReady, timeoutMs, untilReady } from "../../../rehearsal/kubernetes-provider/ready.ts";
import { conditionOf } from "../../../rehearsal/kubernetes-provider/wait-for.ts";
import { ApiServer, discovery } from "./api-server.ts";

const condition = (type: string, status = "True", reason = "Because", message = "so it is") => ({
  type,
  status,
  reason,
  message,
});
const object = (spec: Properties, status: Properties, more: Properties = {}): KubeObject =>
  toKubeObject({ apiVersion: "v1", kind: "K", metadata: { name: "x", generation: 2 }, spec, status, ...more });

/** Each kind's rule: what is ready, and what is not yet and is told as waited for. */
const rules: Record<string, { ready: KubeObject[]; waiting: [KubeObject, RegExp][] }> = {
  "apps/v1/Deployment": {
    ready: [
      object({ replicas: 2 }, { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 }),
      object({ replicas: 0 }, { observedGeneration: 2 }),
    ],
    waiting: [
      [
        object({ replicas: 2 }, { observedGeneration: 1, updatedReplicas: 2, availableReplicas: 2 }),
        /controller to see/,
      ],
      [object({ replicas: 2 }, { observedGeneration: 2, updatedReplicas: 1, availableReplicas: 2 }), /1\/2 Pods/],
      [object({}, { observedGeneration: 2 }), /0\/1 Pods/],
    ],
  },
  "apps/v1/StatefulSet": {
    ready: [
      object(
        { replicas: 1 },
        {
          observedGeneration: 2,
          replicas: 1,
          readyReplicas: 1,
          currentReplicas: 1,
          currentRevision: "a",
          updateRevision: "a",
        },
      ),
      object(
        { replicas: 1, updateStrategy: { type: "OnDelete" } },
        { observedGeneration: 2, replicas: 1, readyReplicas: 1, currentRevision: "a", updateRevision: "b" },
      ),
    ],
    waiting: [
      [
        object(
          { replicas: 1 },
          {
            observedGeneration: 2,
            replicas: 1,
            readyReplicas: 1,
            currentReplicas: 1,
            currentRevision: "a",
            updateRevision: "b",
          },
        ),
        /currentRevision/,
      ],
      [object({ replicas: 2 }, { observedGeneration: 2, replicas: 2, readyReplicas: 1 }), /1\/2 Pods/],
    ],
  },
  "apps/v1/DaemonSet": {
    ready: [object({}, { observedGeneration: 2, desiredNumberScheduled: 0 })],
    waiting: [
      [
        object({}, { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 }),
        /2\/3 Pods/,
      ],
    ],
  },
  "batch/v1/Job": {
    ready: [object({}, { conditions: [condition("Complete")] })],
    waiting: [
      [object({ completions: 3 }, { succeeded: 1, conditions: [condition("Complete", "False")] }), /1\/3 Pods/],
    ],
  },
  "v1/Pod": {
    ready: [object({}, { conditions: [condition("Ready")] }), object({}, { phase: "Succeeded" })],
    waiting: [
      [object({}, {}), /to be scheduled/],
      [object({}, { phase: "Pending", conditions: [condition("PodScheduled")] }), /to be ready \(Pending\)/],
    ],
  },
  "v1/Service": {
    ready: [
      object({ clusterIP: "None", selector: { a: "b" } }, {}),
      object({ type: "ExternalName", selector: { a: "b" } }, {}),
      object({}, {}),
      object({ type: "LoadBalancer" }, { loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } }),
    ],
    waiting: [
      [object({ selector: { a: "b" } }, {}), /Finding Pods/],
      [object({ type: "LoadBalancer" }, { loadBalancer: {} }), /allocate IP/],
    ],
  },
  "v1/Namespace": { ready: [object({}, { phase: "Active" })], waiting: [[object({}, {}), /active/]] },
  "v1/PersistentVolume": {
    ready: [object({}, { phase: "Available" })],
    waiting: [[object({}, { phase: "Pending" }), /available/]],
  },
  "v1/PersistentVolumeClaim": {
    ready: [object({}, { phase: "Bound" })],
    waiting: [[object({ storageClassName: "slow" }, { phase: "Pending" }), /storage class slow, Pending/]],
  },
  "v1/ResourceQuota": {
    ready: [object({ hard: { pods: "1" } }, { hard: { pods: "1" } })],
    waiting: [[object({ hard: { pods: "1" } }, {}), /count/]],
  },
  "v1/Secret": {
    ready: [object({}, {}), object({}, {}, { type: "kubernetes.io/service-account-token", data: { token: "x" } })],
    waiting: [[object({}, {}, { type: "kubernetes.io/service-account-token" }), /token/]],
  },
  "networking.k8s.io/v1/Ingress": {
    ready: [object({}, { loadBalancer: { ingress: [{}] } })],
    waiting: [[object({}, { loadBalancer: {} }), /loadBalancer/]],
  },
  "apiextensions.k8s.io/v1/CustomResourceDefinition": {
    ready: [object({}, { conditions: [condition("Established")] })],
    waiting: [[object({}, { conditions: [condition("Established", "False")] }), /established/]],
  },
};

describe("readiness", () => {
  it("has a rule tried here for every kind that is waited for", () => {
    expect(Object.keys(rules).sort()).toEqual(Object.keys(awaits).sort());
  });

  it.each(Object.entries(rules))("of %s is told from its status", (kind, { ready, waiting }) => {
    for (const one of ready) expect(awaits[kind]!.waitsFor(one, [])).toBeUndefined();
    for (const [one, what] of waiting) expect(awaits[kind]!.waitsFor(one, [])).toMatch(what);
  });

  it("of a Service waits for the Pods that it has found, not for those that are not there", () => {
    const service = object({ selector: { a: "b" } }, {});
    const endpoints = (...subsets: Properties[]) => [object({}, {}, { subsets })];
    expect(awaits["v1/Service"]!.waitsFor(service, endpoints())).toBeUndefined();
    expect(awaits["v1/Service"]!.waitsFor(service, endpoints({ addresses: [{}] }))).toBeUndefined();
    expect(awaits["v1/Service"]!.waitsFor(service, endpoints({ notReadyAddresses: [{}] }))).toMatch(
      /Waiting for the Pods/,
    );
  });

  it("of a claim is not waited for where its first consumer binds it", () => {
    const claim = object({ storageClassName: "slow" }, { phase: "Pending" });
    const slow = object({}, {}, { volumeBindingMode: "WaitForFirstConsumer" });
    expect(awaits["v1/PersistentVolumeClaim"]!.waitsFor(claim, [slow])).toBeUndefined();
    expect(
      awaits["v1/PersistentVolumeClaim"]!.waitsFor(claim, [object({}, {}, { volumeBindingMode: "Immediate" })]),
    ).toBeDefined();
  });

  it("of a Job that has failed is given up at once", () => {
    const failed = object({}, { conditions: [condition("Failed", "True", "BackoffLimitExceeded", "too often")] });
    expect(() => awaits["batch/v1/Job"]!.waitsFor(failed, [])).toThrow("[BackoffLimitExceeded] too often");
  });

  it("may be asked for by an annotation", () => {
    const gateway = object({}, { conditions: [condition("Programmed")], phase: "Up" });
    for (const text of [
      "condition=Programmed",
      "condition=programmed=true",
      "jsonpath={.status.phase}=Up",
      "jsonpath=.status.phase",
    ]) {
      expect(conditionOf(text).waitsFor(gateway, []), text).toBeUndefined();
    }
    expect(conditionOf('["condition=Programmed", "jsonpath={.status.phase}=Down"]').waitsFor(gateway, [])).toBe(
      "Waiting for jsonpath={.status.phase}=Down",
    );
    expect(() => conditionOf("ready")).toThrow("allowed here: condition=<type>");
  });

  it("is waited for as long as options and annotation say, ten minutes otherwise", () => {
    const annotated = toKubeObject({ metadata: { annotations: { "pulumi.com/timeoutSeconds": "30" } } });
    expect([timeoutMs(annotated, 0), timeoutMs(annotated, 5), timeoutMs(object({}, {}), 0)]).toEqual([
      30_000, 5_000, 600_000,
    ]);
  });
});

describe("waiting", () => {
  const open: ApiServer[] = [];
  afterEach(() => {
    for (const server of open.splice(0)) server.close();
  });
  const namespace = (phase: string, resourceVersion: string, more: Properties = {}): KubeObject =>
    toKubeObject({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "n", resourceVersion, ...more },
      status: { phase },
    });

  /** A server whose first watch tells `events`, and whose later ones tell nothing more. */
  async function watched(events: object[], listed: KubeObject[] = []) {
    let watches = 0;
    const server = new ApiServer({
      ...discovery,
      "GET /api/v1/namespaces": (
        { query }: { query: URLSearchParams },
        response: import("node:http").ServerResponse,
      ) => {
        if (!query.has("watch")) return { body: { metadata: { resourceVersion: "9" }, items: listed } };
        response.writeHead(200);
        response.flushHeaders();
        if (watches++ === 0) for (const event of events) response.write(`${JSON.stringify(event)}\n`);
        return undefined;
      },
    });
    open.push(server);
    return { server, cluster: await server.cluster() };
  }
  const patience = (timeoutSeconds: number, cancelled = new AbortController().signal) => {
    const said: string[] = [];
    return { timeoutSeconds, cancelled, said, say: (status: string) => said.push(status) };
  };

  it("ends when the object is ready, and tells what it waits for until then", async () => {
    const { server, cluster } = await watched([{ type: "MODIFIED", object: namespace("Active", "2") }]);
    const waiting = patience(5);
    const ready = await untilReady(namespace("", "1"), namespace("", "1"), cluster, waiting);
    expect(ready.metadata.resourceVersion).toBe("2");
    expect(waiting.said).toEqual(["Waiting for Namespace to be active", ""]);
    expect(server.requests.at(-1)).toContain("fieldSelector=metadata.name%3Dn&resourceVersion=1");
  });

  it("asks nothing about what is ready, needs no waiting, or is not to be waited for", async () => {
    const { server, cluster } = await watched([]);
    const skipped = toKubeObject({
      ...namespace("", "1"),
      metadata: { annotations: { "pulumi.com/skipAwait": "true" } },
    } as never);
    await untilReady(namespace("", "1"), skipped, cluster, patience(5));
    await untilReady(
      toKubeObject({ apiVersion: "v1", kind: "ConfigMap" }),
      toKubeObject({ apiVersion: "v1", kind: "ConfigMap" }),
      cluster,
      patience(5),
    );
    expect(server.requests).toEqual([]);
  });

  it("looks anew when the server has forgotten the version", async () => {
    const gone = { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", message: "too old" } };
    const { cluster } = await watched([gone], [namespace("Active", "9")]);
    const ready = await untilReady(namespace("", "1"), namespace("", "1"), cluster, patience(5));
    expect(ready.metadata.resourceVersion).toBe("9");
  });

  it("ends in time with what was last seen, for an object that does not get ready", async () => {
    const { cluster } = await watched([{ type: "MODIFIED", object: namespace("Stuck", "2") }]);
    const failure = await untilReady(namespace("", "1"), namespace("", "1"), cluster, patience(0.3)).catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(NotReady);
    expect(failure.message).toContain("Namespace n timed out waiting to be Ready (Waiting for Namespace to be active)");
    expect(failure.live.status).toEqual({ phase: "Stuck" });
  });

  it("ends at once when it is cancelled, or when the object is deleted", async () => {
    const cancel = new AbortController();
    const { cluster } = await watched([]);
    const cancelled = untilReady(namespace("", "1"), namespace("", "1"), cluster, patience(60, cancel.signal));
    setTimeout(() => cancel.abort(), 50);
    await expect(cancelled).rejects.toThrow("cancelled for Namespace n");

    const deleted = await watched([{ type: "DELETED", object: namespace("", "3") }]);
    await expect(untilReady(namespace("", "1"), namespace("", "1"), deleted.cluster, patience(60))).rejects.toThrow(
      "was deleted",
    );
  });
});
