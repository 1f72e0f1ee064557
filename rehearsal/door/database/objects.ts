import type { KubernetesObject, V1ResourceRequirements } from "@kubernetes/client-node";

/** The group of CloudNativePG's kinds, as a path. */
export const root = "/apis/postgresql.cnpg.io/v1";
/** Where Postgres listens. */
export const port = 5432;
/** The label that says which instance writes. */
export const roleLabel = "cnpg.io/instanceRole";

/** What an empty database begins with. */
type Beginning = {
  database?: string;
  owner?: string;
  dataChecksums?: boolean;
  encoding?: string;
  postInitApplicationSQLRefs?: { configMapRefs?: { name: string; key: string }[] };
};

/** CloudNativePG's order: a database with so many instances. */
export type ClusterObject = KubernetesObject & {
  metadata: { name: string; namespace: string; uid: string };
  spec: {
    instances: number;
    imageName: string;
    certificates?: { serverTLSSecret?: string };
    managed?: { roles?: { name: string; passwordSecret?: { name: string } }[] };
    postgresql?: { parameters?: Record<string, string>; pg_hba?: string[] };
    bootstrap?: { initdb?: Beginning; recovery?: Beginning };
    storage?: { size?: string; storageClass?: string };
    resources?: V1ResourceRequirements;
    priorityClassName?: string;
  };
  status?: Record<string, unknown>;
};

/** An object with all that is to be made of it. */
export type Made = KubernetesObject & { metadata: { name: string; namespace: string }; [field: string]: unknown };

/** The application's database and who owns it, with the operator's own defaults. */
export function applicationOf({ spec: { bootstrap } }: ClusterObject): { database: string; owner: string } {
  const { database = "app", owner = database } = bootstrap?.initdb ?? bootstrap?.recovery ?? {};
  return { database, owner };
}

/** Secret with the server's certificate: the one that the Cluster names, or the operator's own. */
export function serverSecret({ metadata, spec }: ClusterObject): string {
  return spec.certificates?.serverTLSSecret ?? `${metadata.name}-server`;
}

/** Roles whose passwords the operator keeps, by the Secrets that hold them: the application's own, and those it is told to keep. */
export function passwords({ metadata, spec }: ClusterObject): { volume: string; secret: string }[] {
  const managed = (spec.managed?.roles ?? []).flatMap(({ passwordSecret }) => passwordSecret?.name ?? []);
  return [`${metadata.name}-app`, ...managed].map((secret, index) => ({ volume: `role-${index}`, secret }));
}

/** Name of the one instance that a rehearsal runs, which is the primary, and of its claim. */
export function instanceOf({ metadata }: ClusterObject): string {
  return `${metadata.name}-1`;
}

/** The names under which clients may know the server, each Service by each of its spellings. */
export function serverNames({ metadata: { name, namespace } }: ClusterObject): string[] {
  return ["rw", "r", "ro"].flatMap((suffix) =>
    ["", `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map(
      (domain) => `${name}-${suffix}${domain}`,
    ),
  );
}

/** What an object of the operator's says of itself: whose it is, so that it goes with the Cluster. */
export function identity(cluster: ClusterObject, name: string, labels: Record<string, string> = {}) {
  const { name: owner, namespace, uid } = cluster.metadata;
  const ownerReferences = [
    { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name: owner, uid, controller: true },
  ];
  return { name, namespace, labels: { "app.kubernetes.io/managed-by": "cloudnative-pg", ...labels }, ownerReferences };
}

/** The Secret by which the application comes in, key by key as the operator writes it. */
export function applicationSecret(cluster: ClusterObject, password: string): Made {
  const { name, namespace } = cluster.metadata;
  const { database, owner } = applicationOf(cluster);
  const host = `${name}-rw`;
  const uri = (scheme: string, at: string) =>
    `${scheme}://${encodeURIComponent(owner)}:${encodeURIComponent(password)}@${at}:${port}/${database}`;
  const jdbc = (at: string) => {
    const query = new URLSearchParams({ password, user: owner });
    return `jdbc:postgresql://${at}:${port}/${database}?${query}`;
  };
  const inside = `${host}.${namespace}`;
  const full = `${inside}.svc.cluster.local`;
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: identity(cluster, `${name}-app`, { "cnpg.io/userType": "app", "cnpg.io/reload": "true" }),
    type: "kubernetes.io/basic-auth",
    stringData: {
      username: owner,
      user: owner,
      password,
      dbname: database,
      host,
      port: String(port),
      pgpass: `${host}:${port}:${database}:${owner}:${password}\n`,
      uri: uri("postgresql", inside),
      "jdbc-uri": jdbc(inside),
      "fqdn-uri": uri("postgresql", full),
      "fqdn-jdbc-uri": jdbc(full),
    },
  };
}

/** The Services that lead to the instance that writes and to all of them; the one to those that only read leads nowhere here. */
export function services(cluster: ClusterObject): Made[] {
  const { name } = cluster.metadata;
  const selectors = {
    rw: { [roleLabel]: "primary" },
    r: { "cnpg.io/podRole": "instance" },
    ro: { [roleLabel]: "replica" },
  };
  return Object.entries(selectors).map(([suffix, selector]) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: identity(cluster, `${name}-${suffix}`, labelsOf(cluster)),
    spec: {
      type: "ClusterIP",
      ports: [{ name: "postgres", protocol: "TCP", port, targetPort: port }],
      selector: { "cnpg.io/cluster": name, ...selector },
    },
  }));
}

/** The claim on the volume that the instance writes to. */
export function claim(cluster: ClusterObject): Made {
  const { size = "1Gi", storageClass } = cluster.spec.storage ?? {};
  const name = instanceOf(cluster);
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: identity(cluster, name, {
      ...labelsOf(cluster),
      "cnpg.io/instanceName": name,
      "cnpg.io/pvcRole": "PG_DATA",
    }),
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: size } },
      ...(storageClass && { storageClassName: storageClass }),
    },
  };
}

/** Annotation of the instance by what it was started with, so that another one takes its place when that changes. */
export const startedWith = "rehearsal.freehold.dev/started-with";

/** The instance: the operator's pod, with the stand-in's settings mounted where the operator's program would write them. */
export function instance(cluster: ClusterObject, settingsName: string, words: string[], digest: string): Made {
  const { metadata, spec } = cluster;
  const name = instanceOf(cluster);
  const own = { "cnpg.io/instanceName": name, "cnpg.io/podRole": "instance", [roleLabel]: "primary", role: "primary" };
  const env = {
    PGDATA: "/var/lib/postgresql/data/pgdata",
    POD_NAME: name,
    NAMESPACE: metadata.namespace,
    CLUSTER_NAME: metadata.name,
    PGPORT: String(port),
    PGHOST: "/controller/run",
    TMPDIR: "/controller/tmp",
  };
  const mounts = {
    pgdata: { mountPath: "/var/lib/postgresql/data", of: { persistentVolumeClaim: { claimName: name } } },
    "scratch-data": { mountPath: "/controller", of: { emptyDir: {} } },
    shm: { mountPath: "/dev/shm", of: { emptyDir: { medium: "Memory" } } },
    settings: { mountPath: "/controller/settings", of: { configMap: { name: settingsName } } },
    certificates: { mountPath: "/controller/certificates", of: { secret: { secretName: serverSecret(cluster) } } },
    ...Object.fromEntries(
      passwords(cluster).map(({ volume, secret }) => [
        volume,
        { mountPath: `/controller/${volume}`, of: { secret: { secretName: secret } } },
      ]),
    ),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...identity(cluster, name, { ...labelsOf(cluster), ...own }),
      annotations: { [startedWith]: digest },
    },
    spec: {
      hostname: name,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 30,
      ...(spec.priorityClassName && { priorityClassName: spec.priorityClassName }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 26,
        runAsGroup: 26,
        fsGroup: 26,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "postgres",
          image: spec.imageName,
          command: ["/controller/manager", "instance", "run"],
          args: words,
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          ports: [{ name: "postgresql", containerPort: port, protocol: "TCP" }],
          ...(spec.resources && { resources: spec.resources }),
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: Object.entries(mounts).map(([volume, { mountPath }]) => ({ name: volume, mountPath })),
        },
      ],
      volumes: Object.entries(mounts).map(([volume, { of }]) => ({ name: volume, ...of })),
    },
  };
}

function labelsOf({ metadata: { name } }: ClusterObject): Record<string, string> {
  return {
    "cnpg.io/cluster": name,
    "app.kubernetes.io/name": "postgresql",
    "app.kubernetes.io/instance": name,
    "app.kubernetes.io/component": "database",
  };
}
