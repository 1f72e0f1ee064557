import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import { admitKeeper } from "./budgets/admission.ts";
import { keeperLabels, keeperPort, keeperSpec } from "./budgets/keeper.ts";
import type { Country } from "./country.ts";
import { tenantHeader, toListener } from "./gateway/names.ts";
import { type AccessArgs, databaseAccess, toDatabase } from "./ledger/access.ts";
import type { Told } from "./ledger/programs/budget-keeping.ts";
import { programs } from "./ledger/programs.ts";
import { openDoor } from "./network/door.ts";
import { podsIn, tcp } from "./network/peers.ts";

export type BudgetsArgs = Pick<Country, "registry" | "digests" | "network" | "tenants"> &
  AccessArgs & {
    /** Namespace of the gateway's objects. */
    namespace: pulumi.Input<string>;
    /** Hosts below this one are tenants'. */
    host: string;
    /** Whether Prometheus collects metrics. */
    monitoring: boolean;
  };

const name = "budgets";

/** What keeps the tenants' budgets of a month: it asks the ledger, and closes the door to whom it is spent. */
export class Budgets extends pulumi.ComponentResource {
  constructor(componentName: string, args: BudgetsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Budgets", componentName, {}, opts);
    const inside = { parent: this };
    const metadata = { name, namespace: args.namespace, labels: keeperLabels };

    const files = programs("budgets");
    const program = `${name}-program`;
    new ConfigMap(program, { metadata: { ...metadata, name: program }, data: files.data }, inside);
    const told = new ConfigMap(name, { metadata, data: { "budgets.json": JSON.stringify(toldOf(args)) } }, inside);
    const access = databaseAccess("budgets", args, { name, namespace: args.namespace }, inside);
    const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, inside);
    const prometheus = podsIn(addon("prometheus").namespace, { "app.kubernetes.io/name": "prometheus" });
    const opened = openDoor(
      name,
      {
        namespace: args.namespace,
        pods: { matchLabels: keeperLabels },
        ingress: args.monitoring ? [{ from: [prometheus], ports: [tcp(keeperPort)] }] : [],
        egress: toDatabase(args, args.network),
        callsApiServer: true,
      },
      args.network,
      inside,
    );
    // Before it may do anything, what it may do is bounded.
    const bounded = admitKeeper(name, args.namespace, inside);
    const allowed = allow(metadata, account, { ...inside, dependsOn: bounded });
    new Deployment(
      name,
      {
        metadata,
        spec: {
          // Two would do no harm and no good: who keeps budgets is on no request's way.
          replicas: 1,
          strategy: { type: "Recreate" },
          selector: { matchLabels: { "app.kubernetes.io/name": name } },
          template: {
            metadata: { labels: keeperLabels, annotations: { "freehold.dev/program": files.hash } },
            spec: keeperSpec({
              ...args,
              access,
              account: account.metadata.name,
              programs: files,
              configMaps: { program, told: told.metadata.name },
            }),
          },
        },
      },
      { ...inside, dependsOn: [opened, allowed] },
    );
    this.registerOutputs({});
  }
}

/** What the keeper reads anew each round, so that a change needs no new pod. */
function toldOf({ tenants, host }: Pick<BudgetsArgs, "tenants" | "host">): Told {
  const budgets = Object.entries(tenants).flatMap(([tenant, { budget, tokensPerMinute }]) =>
    budget ? [[tenant, { ...budget, tokensPerMinute }] as const] : [],
  );
  const patternLength = addon("envoy-gateway").limits.headerValueLength!;
  return {
    budgets: Object.fromEntries(budgets),
    door: { parentRef: toListener, host, tenantHeader, patternLength },
  };
}

/** It reads what it is told, and makes and takes away routes with their answers. */
function allow(metadata: object, account: ServiceAccount, opts: pulumi.ResourceOptions) {
  const kept = ["list", "create", "patch", "delete"];
  const role = new Role(
    name,
    {
      metadata,
      rules: [
        { apiGroups: [""], resources: ["configmaps"], resourceNames: [name], verbs: ["get"] },
        { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: kept },
        { apiGroups: ["gateway.envoyproxy.io"], resources: ["httproutefilters"], verbs: kept },
      ],
    },
    opts,
  );
  const { name: accountName, namespace } = account.metadata;
  return new RoleBinding(
    name,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: accountName, namespace }],
    },
    opts,
  );
}
