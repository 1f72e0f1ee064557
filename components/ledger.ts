import { createHmac } from "node:crypto";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import { privateIssuer } from "./addons/cert-manager.ts";
import type { Country } from "./country.ts";
import { programs } from "./ledger/programs.ts";
import { type Sidecar, sidecar } from "./ledger/sidecar.ts";
import { isInCluster, podsIn, tcp, toHost } from "./network/peers.ts";
import { clientLabels, type Database, recorderRole } from "./storage/database.ts";

export type { Sidecar } from "./ledger/sidecar.ts";

export type LedgerArgs = Pick<Country, "registry" | "digests" | "network"> & {
  /** The database that the records go to. */
  records: Pick<Database, "host" | "port" | "database" | "secret" | "hosts">;
  /** Namespace of the database, where it stands in the cluster. */
  storageNamespace: pulumi.Input<string>;
  /** Password of the role that writes, as `recorderPassword` makes it. */
  password: pulumi.Input<string>;
};

const name = "freehold-recorder";

/** What carries each request's record from the proxies' logs to the database, exactly once. */
export class Ledger extends pulumi.ComponentResource {
  /** What every proxy takes on. */
  readonly sidecar: Sidecar;

  constructor(componentName: string, args: LedgerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Ledger", componentName, {}, opts);
    const inside = { parent: this };
    // Where Envoy Gateway runs the proxies; Secrets and ConfigMaps are read in their own namespace only.
    const { namespace } = addon("envoy-gateway");
    const metadata = { name, namespace };

    const files = programs();
    new ConfigMap(name, { metadata, data: files.data }, inside);
    openToDatabase(args, namespace, inside);
    const isMade = isMadeHere(args);
    if (isMade) {
      const stringData = { username: recorderRole, password: args.password };
      new Secret(name, { metadata, type: "kubernetes.io/basic-auth", stringData }, inside);
      knowAuthority(metadata, inside);
    }
    this.sidecar = sidecar({
      ...args,
      programs: files,
      configMap: name,
      // Of a database that is there already, the operator brings it, under the same name as beside the storage.
      secret: isMade ? name : args.records.secret,
      caSecret: isMade ? `${name}-ca` : args.records.secret,
    });
    this.registerOutputs({});
  }
}

/** The password: an HMAC-SHA256 under the country's seed, as tenants' keys are, in a shape that none of them has. */
export function recorderPassword(keySeed: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.output(keySeed).apply((seed) => createHmac("sha256", seed).update("recorder").digest("hex")),
  );
}

/** Whether the database is made in the cluster, or stands beside it already. */
function isMadeHere({ records }: Pick<LedgerArgs, "records">): boolean {
  return records.hosts.length === 0;
}

/** Opens the proxies' way to the database. */
function openToDatabase(
  { records, network, storageNamespace }: LedgerArgs,
  namespace: string,
  opts: pulumi.ResourceOptions,
) {
  const instances = { matchExpressions: [{ key: "cnpg.io/cluster", operator: "Exists" }] };
  const made = { to: [{ ...podsIn(storageNamespace), podSelector: instances }], ports: [tcp(records.port)] };
  // Where Cilium is, it opens hosts beside the cluster by their names.
  const hosts = records.hosts.filter(({ host }) => network.policies === "kubernetes" || isInCluster(host));
  new NetworkPolicy(
    name,
    {
      metadata: { name, namespace },
      spec: {
        podSelector: { matchLabels: clientLabels },
        policyTypes: ["Egress"],
        egress: [...(isMadeHere({ records }) ? [made] : []), ...hosts.map(({ host, port }) => toHost(host, port))],
      },
    },
    opts,
  );
}

/** A certificate for the sake of the authority that comes with it, by which the database's is known. */
function knowAuthority({ name, namespace }: { name: string; namespace: string }, opts: pulumi.ResourceOptions) {
  const secretName = `${name}-ca`;
  new CustomResource(
    secretName,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: secretName, namespace },
      spec: {
        secretName,
        dnsNames: [`${name}.proxies.internal`],
        issuerRef: privateIssuer,
        duration: "8760h",
        renewBefore: "720h",
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      },
    },
    opts,
  );
}
