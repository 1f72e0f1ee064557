import { createHmac } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import type { Country } from "./country.ts";
import { type AccessArgs, databaseAccess, toDatabase } from "./ledger/access.ts";
import { programs } from "./ledger/programs.ts";
import { type Sidecar, sidecar } from "./ledger/sidecar.ts";
import { clientLabels, type Role, roles } from "./storage/database.ts";

export type { Sidecar } from "./ledger/sidecar.ts";

export type LedgerArgs = Pick<Country, "registry" | "digests" | "network"> & AccessArgs;

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

    const files = programs("recorder");
    new ConfigMap(name, { metadata, data: files.data }, inside);
    new NetworkPolicy(
      name,
      {
        metadata,
        spec: {
          podSelector: { matchLabels: clientLabels },
          policyTypes: ["Egress"],
          egress: toDatabase(args, args.network),
        },
      },
      inside,
    );
    const access = databaseAccess("recorder", args, metadata, inside);
    this.sidecar = sidecar({ ...args, programs: files, configMap: name, access });
    this.registerOutputs({});
  }
}

/** Passwords of the database's roles: HMACs-SHA256 under the country's seed, as tenants' keys are, in a shape that none of them has. */
export function databasePasswords(keySeed: pulumi.Input<string>): Record<Role, pulumi.Output<string>> {
  const password = (role: Role) =>
    pulumi.secret(pulumi.output(keySeed).apply((seed) => createHmac("sha256", seed).update(role).digest("hex")));
  return Object.fromEntries(roles.map((role) => [role, password(role)])) as Record<Role, pulumi.Output<string>>;
}
