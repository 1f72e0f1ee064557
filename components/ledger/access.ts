import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import type * as pulumi from "@pulumi/pulumi";
import { privateIssuer } from "../addons/cert-manager.ts";
import type { Country } from "../country.ts";
import { isInCluster, podsIn, tcp, toHost } from "../network/peers.ts";
import type { Database, Role } from "../storage/database.ts";

export type AccessArgs = {
  /** The database that the records are in. */
  records: Pick<Database, "host" | "port" | "database" | "secret" | "hosts">;
  /** Namespace of the database, where it stands in the cluster. */
  storageNamespace: pulumi.Input<string>;
  /** Password of the role, as `databasePasswords` makes it. */
  password: pulumi.Input<string>;
};

/** Secrets by which a program comes to the database: keys username and password in one, the authority under ca.crt in the other. */
export type Access = { secret: string; caSecret: string };

/**
 * Brings a role's name and password, and the authority of the database's certificate, to where its program runs: Secrets are
 * read in their own namespace only. Of a database that is there already, the operator brings both, under the same name as
 * beside the storage.
 */
export function databaseAccess(
  role: Role,
  { records, password }: Pick<AccessArgs, "records" | "password">,
  metadata: { name: string; namespace: pulumi.Input<string> },
  opts: pulumi.ResourceOptions,
): Access {
  if (!isMadeHere(records)) return { secret: records.secret, caSecret: records.secret };
  const { name, namespace } = metadata;
  const stringData = { username: role, password };
  new Secret(name, { metadata, type: "kubernetes.io/basic-auth", stringData }, opts);
  // A certificate for the sake of the authority that comes with it, by which the database's is known.
  const caSecret = `${name}-ca`;
  new CustomResource(
    caSecret,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: caSecret, namespace },
      spec: {
        secretName: caSecret,
        dnsNames: [`${name}.proxies.internal`],
        issuerRef: privateIssuer,
        duration: "8760h",
        renewBefore: "720h",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      },
    },
    opts,
  );
  return { secret: name, caSecret };
}

/** Egress rules that lead to the database. Where Cilium is, it opens hosts beside the cluster by their names. */
export function toDatabase(
  { records, storageNamespace }: Pick<AccessArgs, "records" | "storageNamespace">,
  { policies }: Country["network"],
): { to: object[]; ports: object[] }[] {
  const instances = { matchExpressions: [{ key: "cnpg.io/cluster", operator: "Exists" }] };
  const made = { to: [{ ...podsIn(storageNamespace), podSelector: instances }], ports: [tcp(records.port)] };
  const hosts = records.hosts.filter(({ host }) => policies === "kubernetes" || isInCluster(host));
  return [...(isMadeHere(records) ? [made] : []), ...hosts.map(({ host, port }) => toHost(host, port))];
}

/** The environment by which Postgres' clients find the database. */
export function databaseEnv({ records }: Pick<AccessArgs, "records">, { secret }: Access, authority: string) {
  const secretKeyRef = (key: string) => ({ valueFrom: { secretKeyRef: { name: secret, key } } });
  return [
    { name: "PGHOST", value: records.host },
    { name: "PGPORT", value: String(records.port) },
    { name: "PGDATABASE", value: records.database },
    { name: "PGUSER", ...secretKeyRef("username") },
    { name: "PGPASSWORD", ...secretKeyRef("password") },
    { name: "PGSSLROOTCERT", value: `${authority}/ca.crt` },
  ];
}

/** Whether the database is made in the cluster, or stands beside it already. */
function isMadeHere({ hosts }: AccessArgs["records"]): boolean {
  return hosts.length === 0;
}
