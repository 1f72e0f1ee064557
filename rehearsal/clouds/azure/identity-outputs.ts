import { randomUUID } from "node:crypto";
import { isMap, type Properties } from "../../kubernetes-provider/properties.ts";
import { CloudError } from "../cloud-error.ts";
import { mapOf, textOf } from "../known.ts";
import { type AzureCall, resourceNotFound, standingAt } from "./arm-type.ts";
import { assignedIdentities } from "./permissions.ts";

/** The identity that a resource has: of its own where it asks for one, and those it is given with their ids in Entra. */
export function identityOutputs(call: AzureCall): Properties {
  const identity = mapOf(call.inputs, "identity");
  if (!identity) return {};
  const type = textOf(identity, "type") ?? "None";
  const before = mapOf(call.before?.outputs, "identity");
  const given = assignedIdentities(call.inputs).map((id) => {
    const { clientId, principalId } = standingAt(call.world, id)!.outputs;
    return [id, { clientId, principalId }] as const;
  });
  return {
    identity: {
      type,
      ...(type.includes("SystemAssigned") && {
        principalId: before?.principalId ?? randomUUID(),
        tenantId: call.settings.subscription.tenant,
      }),
      ...(given.length > 0 && { userAssignedIdentities: Object.fromEntries(given) as Properties }),
    },
  };
}

/** Refuses identities that do not stand, and an identity whose kind is not what it is given. */
export function judgeIdentity(call: AzureCall): void {
  const given = assignedIdentities(call.inputs);
  const type = textOf(mapOf(call.inputs, "identity"), "type") ?? "None";
  for (const id of given) if (!standingAt(call.world, id)) throw resourceNotFound(id);
  if (type.includes("UserAssigned") !== given.length > 0) {
    throw new CloudError(
      "InvalidIdentityTypeAndUserAssignedIdentities",
      `The identity type '${type}' ${given.length > 0 ? "takes no" : "needs"} user assigned identities.`,
    );
  }
}

/** A member of the inputs' map that is a map itself. */
export function within(inputs: Properties, ...path: string[]): Properties | undefined {
  let at: Properties | undefined = inputs;
  for (const key of path) {
    const next: unknown = at?.[key];
    at = isMap(next as Properties) ? (next as Properties) : undefined;
  }
  return at;
}
