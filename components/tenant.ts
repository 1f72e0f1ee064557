import { createHmac } from "node:crypto";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { ClosedNamespace } from "./closed-namespace.ts";
import type { Country } from "./country.ts";

export type TenantArgs = Country["tenants"][string] & {
  /** Namespace of the gateway's objects. */
  gatewayNamespace: pulumi.Input<string>;
  /** Name of the Gateway and of the listener that tenants come in by. */
  gateway: { name: string; listener: string };
  /** Host name under which this tenant, and nobody else, calls. */
  host: string;
  /** The country's key seed: from it and the key's generation comes the tenant's API key. */
  keySeed: pulumi.Input<string>;
  /** Who serves each model, for the `owned_by` field of `/v1/models`. */
  operator: string;
};

/** One customer of the cloud: a namespace of its own, a key, and a route to the models it may use. */
export class Tenant extends pulumi.ComponentResource {
  /** Secret in the gateway's namespace that holds the key: data key and client id are the tenant's name. */
  readonly keySecret: pulumi.Output<string>;
  /** Namespace for the tenant's own work. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: TenantArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Tenant", name, {}, opts);
    const inside = { parent: this };
    const labels = { "freehold.dev/tenant": name };

    this.namespace = new ClosedNamespace(
      `tenant-${name}`,
      {
        namespace: `tenant-${name}`,
        labels,
        quota: { pods: "50", "requests.cpu": "16", "requests.memory": "64Gi", "limits.memory": "64Gi" },
      },
      inside,
    ).namespace;
    new RoleBinding(
      name,
      {
        metadata: { name: "operators", namespace: this.namespace, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: `freehold:tenant:${name}` }],
      },
      inside,
    );

    const key = pulumi.secret(pulumi.output(args.keySeed).apply((seed) => apiKey(seed, name, args.keyGeneration)));
    const secret = new Secret(
      name,
      { metadata: { name: `key-${name}`, namespace: args.gatewayNamespace, labels }, stringData: { [name]: key } },
      inside,
    );
    new CustomResource(
      name,
      {
        apiVersion: "aigateway.envoyproxy.io/v1beta1",
        kind: "AIGatewayRoute",
        metadata: { name: `tenant-${name}`, namespace: args.gatewayNamespace, labels },
        spec: {
          parentRefs: [
            {
              group: "gateway.networking.k8s.io",
              kind: "Gateway",
              name: args.gateway.name,
              sectionName: args.gateway.listener,
            },
          ],
          hostnames: [args.host],
          rules: args.models.map((model) => ({
            matches: [{ headers: [{ type: "Exact", name: "x-ai-eg-model", value: model }] }],
            modelsOwnedBy: args.operator,
            // Sixty seconds, the default, would cut long generations.
            timeouts: { request: "1800s" },
            backendRefs: [{ name: model }],
          })),
        },
      },
      inside,
    );
    this.keySecret = secret.metadata.name;
    this.registerOutputs({ namespace: this.namespace, keySecret: this.keySecret });
  }
}

/**
 * The API key of a tenant: an HMAC-SHA256 of its name and key generation under the country's seed, so that keys need no
 * store, differ between countries, and change when `keyGeneration` does. 43 characters of base64url, 256 bits.
 */
export function apiKey(seed: string, tenant: string, generation: number): string {
  return `fh-${createHmac("sha256", seed).update(`${tenant}\n${generation}`).digest("base64url")}`;
}
