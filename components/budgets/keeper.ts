import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import { type Country, pinned } from "../country.ts";
import { type Access, type AccessArgs, databaseEnv } from "../ledger/access.ts";
import type { Programs } from "../ledger/programs.ts";
import { platformNames } from "../platform/names.ts";
import { asUser, readOnly } from "../platform/restricted.ts";
import { clientLabels } from "../storage/database.ts";

export type KeeperArgs = Pick<Country, "registry" | "digests"> &
  Pick<AccessArgs, "records"> & {
    access: Access;
    programs: Programs;
    configMaps: { program: string; told: pulumi.Input<string> };
    account: pulumi.Input<string>;
  };

/** Port on which the keeper of budgets tells how they stand. */
export const keeperPort = 9465;
/** Labels of its pod, by which it may connect to the database. */
export const keeperLabels = { "app.kubernetes.io/name": "budgets", ...clientLabels } as const;

const user = 65532;

/** The pod that keeps budgets. */
export function keeperSpec({ registry, digests, records, access, programs, configMaps, account }: KeeperArgs) {
  const at = (path: string) => ({ httpGet: { path, port: keeperPort } });
  return {
    serviceAccountName: account,
    // The API server is where it does its work.
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    priorityClassName: platformNames.platformPriority,
    terminationGracePeriodSeconds: 30,
    securityContext: asUser(user),
    containers: [
      {
        name: "keeper",
        image: pinned(registry, addon("node").images.node!, digests),
        command: ["node"],
        args: [`/programs/${programs.main}`],
        env: [
          { name: "CONFIG_MAP", value: configMaps.told },
          { name: "PORT", value: String(keeperPort) },
          ...databaseEnv({ records }, access, "/authority"),
        ],
        ports: [{ name: "metrics", containerPort: keeperPort }],
        readinessProbe: { ...at("/ready"), periodSeconds: 10 },
        livenessProbe: { ...at("/live"), periodSeconds: 30, failureThreshold: 3 },
        resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
        securityContext: readOnly,
        volumeMounts: [
          { name: "program", mountPath: "/programs", readOnly: true },
          { name: "authority", mountPath: "/authority", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "program", configMap: { name: configMaps.program, items: programs.items } },
      { name: "authority", secret: { secretName: access.caSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
  };
}
