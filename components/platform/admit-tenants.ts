import type * as pulumi from "@pulumi/pulumi";
import { admit } from "./admission.ts";
import { priorities } from "./names.ts";

/** Label of a tenant's own namespace; its value is the tenant. */
export const tenantLabel = "freehold.dev/tenant";

/** Groups of a tenant's people begin so; the tenant's name follows. */
export const tenantGroups = "freehold:tenant:";

/** Keeps tenants' own work in its place: it never goes before a model server, and nobody of a tenant opens its doors. */
export function admitTenants(opts: pulumi.ResourceOptions) {
  admit(
    "tenants-come-after",
    {
      resources: { "/v1": ["pods"] },
      only: tenantLabel,
      validations: [
        {
          expression: `object.spec.?priority.orValue(0) < ${priorities.serving}`,
          message: "A tenant's own work does not go before the models.",
        },
      ],
    },
    opts,
  );
  admit(
    "tenants-stay-closed",
    {
      // Who may edit a namespace may edit its network policies too, as Kubernetes has it.
      resources: { "networking.k8s.io/v1": ["networkpolicies"] },
      operations: ["CREATE", "UPDATE", "DELETE"],
      only: tenantLabel,
      validations: [
        {
          expression: `!request.userInfo.groups.exists(group, group.startsWith('${tenantGroups}'))`,
          message: "The network policies of a tenant's namespace are the operator's.",
        },
      ],
    },
    opts,
  );
}
