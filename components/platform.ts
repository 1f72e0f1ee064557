import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator } from "../catalogue/index.ts";
import { ClosedNamespace } from "./closed-namespace.ts";
import type { Country } from "./country.ts";

export type PlatformArgs = Pick<Country, "pools" | "registry" | "guards">;

/** Names that other objects refer to. They are contract: renaming one moves workloads. */
export const platformNames = {
  models: "freehold-models",
  gateway: "freehold-gateway",
  servingPriority: "freehold-serving",
  tenantPriority: "freehold-tenant",
} as const;

/** The ground that everything stands on: closed namespaces, priorities, and admission that guards what bypasses Pulumi. */
export class Platform extends pulumi.ComponentResource {
  /** Namespace of the model servers. */
  readonly models: pulumi.Output<string>;
  /** Namespace of the gateway's objects and of the tenants' keys. */
  readonly gateway: pulumi.Output<string>;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Platform", name, {}, opts);
    const inside = { parent: this };

    this.models = new ClosedNamespace(
      "models",
      { namespace: platformNames.models, quota: { pods: "500", ...gpuQuota(args.pools) } },
      inside,
    ).namespace;
    this.gateway = new ClosedNamespace(
      "gateway",
      { namespace: platformNames.gateway, quota: { pods: "50", secrets: "1000" } },
      inside,
    ).namespace;

    new PriorityClass(
      "serving",
      {
        metadata: { name: platformNames.servingPriority },
        value: 100_000,
        description: "Model servers: never preempted for batch work.",
      },
      inside,
    );
    new PriorityClass(
      "tenant",
      {
        metadata: { name: platformNames.tenantPriority },
        value: 1_000,
        preemptionPolicy: "Never",
        description: "A tenant's own work.",
      },
      inside,
    );

    admitImages([args.registry, ...args.guards.registries], inside);
    admitBackends(args.guards.hosts, inside);
    admitClosedEgress(inside);
    this.registerOutputs({ models: this.models, gateway: this.gateway });
  }
}

/** Every accelerator of the pools, as a ResourceQuota counts it: no more GPUs can be asked for than were declared. */
function gpuQuota(pools: Country["pools"]): Record<string, string> {
  const gpus: Record<string, number> = {};
  for (const pool of Object.values(pools)) {
    const resource = `requests.${accelerator(pool.accelerator).resource}`;
    gpus[resource] = (gpus[resource] ?? 0) + pool.nodes * pool.gpusPerNode;
  }
  return Object.fromEntries(Object.entries(gpus).map(([resource, count]) => [resource, String(count)]));
}

/** Pods in Freehold's namespaces start only images of the declared registries, whoever creates them. */
function admitImages(registries: string[], opts: pulumi.ResourceOptions) {
  const allowed = cel(registries.map((registry) => `${registry}/`));
  admit(
    "images-from-here",
    {
      rule: { apiGroups: [""], apiVersions: ["v1"], resources: ["pods", "pods/ephemeralcontainers"] },
      validations: [
        {
          expression: `(object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])).all(c, ${allowed}.exists(r, c.image.startsWith(r)))`,
          message: `Images come from ${registries.join(", ")} only.`,
        },
        {
          expression: `object.spec.?volumes.orValue([]).all(v, !has(v.image) || ${allowed}.exists(r, v.image.reference.startsWith(r)))`,
          message: `Image volumes come from ${registries.join(", ")} only.`,
        },
      ],
    },
    opts,
  );
}

/** The gateway forwards only to services of this cluster and to hosts that were declared to be in country. */
function admitBackends(hosts: string[], opts: pulumi.ResourceOptions) {
  const exact = cel(hosts.filter((host) => !host.startsWith("*.")));
  const suffixes = cel([
    ".svc.cluster.local",
    ...hosts.filter((host) => host.startsWith("*.")).map((host) => host.slice(1)),
  ]);
  admit(
    "data-stays-here",
    {
      rule: { apiGroups: ["gateway.envoyproxy.io"], apiVersions: ["*"], resources: ["backends"] },
      validations: [
        {
          expression: "!has(object.spec.type) || object.spec.type == 'Endpoints'",
          message: "A dynamic resolver would forward prompts to any host a client names.",
        },
        {
          expression: `has(object.spec.endpoints) && object.spec.endpoints.all(e, has(e.fqdn) && (e.fqdn.hostname in ${exact} || ${suffixes}.exists(s, e.fqdn.hostname.endsWith(s))))`,
          message: "Backends are services of this cluster or hosts declared under guards.hosts.",
        },
      ],
    },
    opts,
  );
}

/** Nobody opens a namespace of Freehold's to the world, or steps around its network policies on the node's own network. */
function admitClosedEgress(opts: pulumi.ResourceOptions) {
  admit(
    "egress-closed",
    {
      rule: { apiGroups: ["networking.k8s.io"], apiVersions: ["v1"], resources: ["networkpolicies"] },
      validations: [
        {
          expression:
            "object.spec.?egress.orValue([]).all(e, has(e.to) && e.to.size() > 0 && e.to.all(t, !has(t.ipBlock) || !t.ipBlock.cidr.endsWith('/0')))",
          message: "An egress rule names where it leads; everywhere is nowhere in particular.",
        },
      ],
    },
    opts,
  );
  admit(
    "no-host-network",
    {
      rule: { apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] },
      validations: [
        {
          expression: "!object.spec.?hostNetwork.orValue(false)",
          message: "A pod on the node's network is beyond every network policy.",
        },
      ],
    },
    opts,
  );
}

type Admission = {
  rule: { apiGroups: string[]; apiVersions: string[]; resources: string[] };
  validations: { expression: string; message: string }[];
};

/** One ValidatingAdmissionPolicy with its binding to Freehold's namespaces, failing closed. */
function admit(name: string, { rule, validations }: Admission, opts: pulumi.ResourceOptions) {
  const policyName = `${name}.freehold.dev`;
  new ValidatingAdmissionPolicy(
    name,
    {
      metadata: { name: policyName },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: [{ ...rule, operations: ["CREATE", "UPDATE"] }] },
        validations,
      },
    },
    opts,
  );
  new ValidatingAdmissionPolicyBinding(
    name,
    {
      metadata: { name: policyName },
      spec: {
        policyName,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "app.kubernetes.io/part-of": "freehold" } } },
      },
    },
    opts,
  );
}

/** A list of strings as a CEL literal. JSON's escapes are a subset of CEL's. */
function cel(strings: string[]): string {
  return JSON.stringify(strings);
}
