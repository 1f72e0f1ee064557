import type { V1Pod, V1Service } from "@kubernetes/client-node";
import { expect, it } from "vitest";
import {
  applicationOf,
  applicationSecret,
  claim,
  instance,
  serverNames,
  serverSecret,
  services,
  startedWith,
} from "../../../../rehearsal/door/database/objects.ts";
import { hostsOf } from "../../../../rehearsal/door/names.ts";
import { clusterObject } from "./cluster-object.ts";

it("has the operator's own names where the Cluster gives none", () => {
  expect(applicationOf(clusterObject({ bootstrap: {} }))).toEqual({ database: "app", owner: "app" });
  expect(applicationOf(clusterObject({ bootstrap: { recovery: { database: "a" } } }))).toEqual({
    database: "a",
    owner: "a",
  });
});

it("writes the application's Secret key by key as the operator does", () => {
  const { metadata, type, stringData } = applicationSecret(clusterObject(), "p/s");
  expect([metadata.name, metadata.namespace, type]).toEqual(["usage-app", "storage", "kubernetes.io/basic-auth"]);
  expect(stringData).toEqual({
    username: "writer",
    user: "writer",
    password: "p/s",
    dbname: "records",
    host: "usage-rw",
    port: "5432",
    pgpass: "usage-rw:5432:records:writer:p/s\n",
    uri: "postgresql://writer:p%2Fs@usage-rw.storage:5432/records",
    "jdbc-uri": "jdbc:postgresql://usage-rw.storage:5432/records?password=p%2Fs&user=writer",
    "fqdn-uri": "postgresql://writer:p%2Fs@usage-rw.storage.svc.cluster.local:5432/records",
    "fqdn-jdbc-uri": "jdbc:postgresql://usage-rw.storage.svc.cluster.local:5432/records?password=p%2Fs&user=writer",
  });
});

it("leads the Service for writing to the one instance, and the one for reading alone to nobody", () => {
  const pod = { ...instance(clusterObject(), "usage-settings", [], "x"), status: { podIP: "10.0.0.9" } } as V1Pod;
  const hosts = hostsOf(services(clusterObject()) as V1Service[], [pod], "elsewhere");
  expect(hosts).toContain("10.0.0.9 usage-rw.storage.svc.cluster.local");
  expect(hosts).toContain("10.0.0.9 usage-r.storage.svc.cluster.local");
  expect(hosts).not.toContain("usage-ro");
});

it("is known by every name of its Services", () => {
  expect(serverNames(clusterObject())).toHaveLength(12);
  expect(serverNames(clusterObject())).toEqual(expect.arrayContaining(["usage-rw", "usage-rw.storage.svc"]));
});

it("serves with the certificate that the Cluster names, or else with one of the operator's", () => {
  expect(serverSecret(clusterObject())).toBe("usage-server");
  expect(serverSecret(clusterObject({ certificates: { serverTLSSecret: "usage-tls" } }))).toBe("usage-tls");
});

it("runs the Cluster's image on its own claim, not as root, with what it was started with", () => {
  const resources = { requests: { cpu: "1" } };
  const cluster = clusterObject({
    resources,
    priorityClassName: "high",
    storage: { size: "5Gi", storageClass: "fast" },
  });
  const pod = instance(cluster, "usage-settings", ["a", "b"], "digest") as V1Pod;
  expect(pod.metadata?.labels).toMatchObject({ "cnpg.io/cluster": "usage", "cnpg.io/instanceRole": "primary" });
  expect(pod.metadata?.annotations).toEqual({ [startedWith]: "digest" });
  expect(pod.spec).toMatchObject({ priorityClassName: "high", securityContext: { runAsUser: 26, runAsNonRoot: true } });
  expect(pod.spec?.containers[0]).toMatchObject({ image: cluster.spec.imageName, args: ["a", "b"], resources });
  const { metadata, spec } = claim(cluster);
  expect(pod.spec?.volumes?.[0]?.persistentVolumeClaim?.claimName).toBe(metadata.name);
  expect(spec).toMatchObject({ storageClassName: "fast", resources: { requests: { storage: "5Gi" } } });
});

it("makes nothing that does not go with the Cluster", () => {
  const all = [applicationSecret(clusterObject(), "p"), ...services(clusterObject()), claim(clusterObject())];
  for (const { metadata } of all)
    expect(metadata).toMatchObject({ ownerReferences: [{ kind: "Cluster", name: "usage", uid: "1234" }] });
});
