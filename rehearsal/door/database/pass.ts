import { createHash, randomBytes } from "node:crypto";
import type { KubeConfig, V1ConfigMap, V1Pod, V1Secret } from "@kubernetes/client-node";
import { firstSql } from "../../../components/storage/databases/cnpg-cluster.ts";
import { retentionName } from "../../../components/storage/retention.ts";
import { ask, list, Refused } from "../ask.ts";
import { Missing } from "../volumes.ts";
import { accepts } from "./accepts.ts";
import { certificatesOf, type Pair } from "./certificates.ts";
import {
  applicationSecret,
  type ClusterObject,
  claim,
  identity,
  instance,
  instanceOf,
  type Made,
  passwords,
  port,
  root,
  serverSecret,
  services,
  startedWith,
} from "./objects.ts";
import { type Sql, settingsOf, wordsOf } from "./settings.ts";

/** A database as it stands: whether clients may come, and if not, why. */
export type Standing = { database: string; accepts: boolean; why?: string };

const plurals: Record<string, string> = {
  ConfigMap: "configmaps",
  PersistentVolumeClaim: "persistentvolumeclaims",
  Pod: "pods",
  Secret: "secrets",
  Service: "services",
};

/** Makes what each Cluster still lacks, and writes into its status how it stands. */
export async function passOnce(config: KubeConfig): Promise<Standing[]> {
  const clusters = await list<ClusterObject>(config, `${root}/clusters`);
  const living = clusters.filter(({ metadata }) => !metadata.deletionTimestamp);
  return Promise.all(
    living.map(async (cluster): Promise<Standing> => {
      const database = `${cluster.metadata.namespace}/${cluster.metadata.name}`;
      try {
        const why = await settle(cluster, config).catch(whenMissing);
        await writeStatus(config, cluster, why);
        return { database, accepts: why === undefined, ...(why && { why }) };
      } catch (error) {
        // Of an API server that cannot answer, nothing follows.
        if (!(error instanceof Refused && error.status < 500)) throw error;
        return { database, accepts: false, why: error.message };
      }
    }),
  );
}

function whenMissing(error: unknown): string {
  if (!(error instanceof Missing)) throw error;
  return `waits for ${error.message}`;
}

/** Makes what a Cluster lacks; answers what it still waits for. */
async function settle(cluster: ClusterObject, config: KubeConfig): Promise<string | undefined> {
  const { name } = cluster.metadata;
  const sql = await sqlOf(cluster, config);
  await certify(cluster, config);
  if (!(await read(config, cluster, "Secret", `${name}-app`)))
    await apply(config, applicationSecret(cluster, randomBytes(48).toString("base64url")));
  const held: unknown[] = [];
  for (const secret of [serverSecret(cluster), ...passwords(cluster).map(({ secret }) => secret)]) {
    const data = (await read<V1Secret>(config, cluster, "Secret", secret))?.data;
    if (!data) throw new Missing(`Secret ${secret}`);
    held.push(data);
  }
  for (const service of services(cluster)) await apply(config, service);
  const settings = settingsOf(cluster, sql);
  const settingsName = `${name}-settings`;
  await apply(config, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: identity(cluster, settingsName),
    data: settings,
  });
  if (!(await read(config, cluster, "PersistentVolumeClaim", instanceOf(cluster)))) await apply(config, claim(cluster));
  const words = wordsOf(cluster);
  const digest = createHash("sha256")
    .update(JSON.stringify([settings, words, held]))
    .digest("hex");
  const pod = await read<V1Pod>(config, cluster, "Pod", instanceOf(cluster));
  if (!pod) await apply(config, instance(cluster, settingsName, words, digest));
  else if (pod.metadata?.annotations?.[startedWith] !== digest && !pod.metadata?.deletionTimestamp)
    await ask(config, "DELETE", pathOf(cluster.metadata.namespace, "Pod", instanceOf(cluster)));
  else if (pod.status?.podIP && (await accepts({ host: pod.status.podIP, port }))) return undefined;
  return "waits for its instance";
}

/** What the stack has to say to the database. One that is to be restored begins as a new one does: there are no backups. */
async function sqlOf(cluster: ClusterObject, config: KubeConfig): Promise<Sql> {
  const { initdb } = cluster.spec.bootstrap ?? {};
  const schema = { name: retentionName, key: "records.sql" };
  const first = initdb ? (initdb.postInitApplicationSQLRefs?.configMapRefs ?? []) : [{ ...schema, name: firstSql }];
  const texts: string[] = [];
  for (const { name, key } of [...first, schema]) {
    const text = (await read<V1ConfigMap>(config, cluster, "ConfigMap", name))?.data?.[key];
    if (text === undefined) throw new Missing(`ConfigMap ${name}`);
    texts.push(text);
  }
  return { first: texts.slice(0, -1).join("\n"), schema: texts.at(-1)! };
}

/** Sees that the operator's authority is there, and the server's certificate where the Cluster names none. */
async function certify(cluster: ClusterObject, config: KubeConfig): Promise<void> {
  const secrets = {
    authority: { name: `${cluster.metadata.name}-ca`, type: "Opaque", certificate: "ca.crt", key: "ca.key" },
    server: {
      name: `${cluster.metadata.name}-server`,
      type: "kubernetes.io/tls",
      certificate: "tls.crt",
      key: "tls.key",
    },
  };
  const there: { authority?: Pair; server?: Pair } = {};
  for (const [of, { name, certificate, key }] of Object.entries(secrets)) {
    const data = (await read<V1Secret>(config, cluster, "Secret", name))?.data;
    const text = (field: string) => Buffer.from(data?.[field] ?? "", "base64").toString();
    if (data) there[of as keyof typeof secrets] = { certificate: text(certificate), key: text(key) };
  }
  const wanted = certificatesOf(cluster, there);
  for (const [of, { name, type, certificate, key }] of Object.entries(secrets)) {
    const pair = wanted[of as keyof typeof secrets];
    const isAnothers = of === "server" && name !== serverSecret(cluster);
    if (isAnothers || pair === there[of as keyof typeof secrets]) continue;
    await apply(config, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: identity(cluster, name),
      type,
      stringData: { [certificate]: pair.certificate, [key]: pair.key },
    });
  }
}

/** Writes what the operator would of how a Cluster stands. */
async function writeStatus(config: KubeConfig, cluster: ClusterObject, why: string | undefined): Promise<void> {
  const { metadata, spec, status = {} } = cluster;
  const name = instanceOf(cluster);
  const left = spec.bootstrap?.recovery ? "it begins empty, for a rehearsal has no backups" : undefined;
  const few = spec.instances > 1 ? `a rehearsal runs one instance of ${spec.instances}` : undefined;
  const wanted: Record<string, unknown> = {
    phase: why === undefined ? "Cluster in healthy state" : "Waiting for the instances to become active",
    phaseReason: [why, few, left].filter(Boolean).join("; "),
    image: spec.imageName,
    instances: 1,
    readyInstances: why === undefined ? 1 : 0,
    currentPrimary: name,
    targetPrimary: name,
    latestGeneratedNode: 1,
    pvcCount: 1,
    writeService: `${metadata.name}-rw`,
    readService: `${metadata.name}-r`,
  };
  if (Object.entries(wanted).every(([key, value]) => (status[key] ?? "") === value)) return;
  const path = `${root}/namespaces/${metadata.namespace}/clusters/${metadata.name}/status?fieldManager=cloudnative-pg`;
  await ask(config, "PATCH", path, "application/merge-patch+json", { status: wanted });
}

function read<Kind>(
  config: KubeConfig,
  { metadata }: ClusterObject,
  kind: string,
  name: string,
): Promise<Kind | undefined> {
  return ask<Kind>(config, "GET", pathOf(metadata.namespace, kind, name));
}

/** Makes an object so, in the operator's name. */
async function apply(config: KubeConfig, object: Made): Promise<void> {
  const { name, namespace } = object.metadata;
  const path = `${pathOf(namespace, object.kind!, name)}?fieldManager=cloudnative-pg&force=true`;
  const applied = await ask(config, "PATCH", path, "application/apply-patch+yaml", object);
  if (!applied) throw new Refused(404, `there is no namespace ${namespace}`);
}

function pathOf(namespace: string, kind: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/${plurals[kind]}/${name}`;
}
