import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import { prometheusPort, prometheusUrl } from "../addons/prometheus.ts";
import { type Country, pinned } from "../country.ts";
import { enginesOf } from "../monitoring/expressions.ts";
import { openDoor } from "../network/door.ts";
import { podsIn, tcp } from "../network/peers.ts";
import { reconciliationName } from "../platform/names.ts";
import { asUser, readOnly } from "../platform/restricted.ts";
import { clientLabels, type Database } from "../storage/database.ts";
import { roleSecret } from "../storage/databases/cnpg-cluster.ts";
import { databaseEnv } from "./access.ts";
import { programs } from "./programs.ts";

export type ReconciliationArgs = Pick<Country, "registry" | "digests" | "network" | "modelServers"> & {
  /** Namespace of the storage. */
  namespace: pulumi.Input<string>;
  database: Database;
};

const name = reconciliationName;
const labels = { "app.kubernetes.io/name": name, ...clientLabels };

/** Compares each night yesterday's records with what the gateway and the engines counted. What differs fails the Job. */
export function reconciliation(args: ReconciliationArgs, opts: pulumi.ResourceOptions): void {
  const { namespace, network, database } = args;
  const metadata = { name, namespace, labels };
  const files = programs("reconciler");
  const program = new ConfigMap(name, { metadata, data: files.data }, opts);
  const toPrometheus = { to: [podsIn(addon("prometheus").namespace)], ports: [tcp(prometheusPort)] };
  const egress = [...database.egress, toPrometheus];
  const door = { namespace, pods: { matchLabels: labels }, egress, hosts: database.hosts };
  const closed = openDoor(name, door, network, opts);
  new CronJob(
    name,
    {
      metadata,
      spec: {
        // Late records have come by then, and what was counted is still kept.
        schedule: "40 3 * * *",
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 7,
        failedJobsHistoryLimit: 7,
        jobTemplate: {
          spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: 1800,
            template: { metadata: { labels }, spec: podSpec(args, program.metadata.name, files) },
          },
        },
      },
    },
    { ...opts, dependsOn: [...database.ready, closed] },
  );
}

function podSpec(
  { registry, digests, modelServers, database }: ReconciliationArgs,
  configMap: pulumi.Output<string>,
  { main, items }: ReturnType<typeof programs>,
) {
  const isMadeHere = database.hosts.length === 0;
  const access = { secret: isMadeHere ? roleSecret("reader") : database.secret, caSecret: database.caSecret };
  const contexts = Object.entries(modelServers).map(([server, { contextTokens }]) => [server, contextTokens]);
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: asUser(65532),
    containers: [
      {
        name,
        image: pinned(registry, addon("node").images.node!, digests),
        command: ["node"],
        args: [`/programs/${main}`],
        env: [
          { name: "PROMETHEUS_URL", value: prometheusUrl },
          { name: "ENGINES", value: JSON.stringify(enginesOf({ modelServers }).map(tokenCounters)) },
          { name: "CONTEXTS", value: JSON.stringify(Object.fromEntries(contexts)) },
          ...databaseEnv({ records: database }, access, "/authority"),
        ],
        resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "512Mi" } },
        securityContext: readOnly,
        volumeMounts: [
          { name: "program", mountPath: "/programs", readOnly: true },
          { name: "authority", mountPath: "/authority", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "program", configMap: { name: configMap, items } },
      { name: "authority", secret: { secretName: access.caSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
  };
}

function tokenCounters({ tokensIn, tokensOut }: { tokensIn: string; tokensOut: string }) {
  return { tokensIn, tokensOut };
}
