import { CloudError } from "../../cloud-error.ts";
import { armType, everything } from "../arm-type.ts";
import { releaseNodes } from "../release-nodes.ts";
import { liesBelow } from "../resource-id.ts";

/** A resource group. Its deletion takes along all that is in it, as Azure does it. */
export const resourceGroup = armType({
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}",
  apiVersion: "2024-03-01",
  model: { file: "arm-resources", class: "ResourceGroup" },
  naming: {
    pattern: /^[-\w.()]{0,89}[-\w()]$/,
    rule: "1 to 90 letters, digits, underscores, hyphens, parentheses and full stops, the last no full stop",
  },
  outputs: () => ({ type: "Microsoft.Resources/resourceGroups", properties: { provisioningState: "Succeeded" } }),
  judgeDeletion: ({ world }, { id }) => {
    const inside = everything(world).filter((one) => liesBelow(one.id, id));
    const outside = inside.flatMap((one) =>
      world.usersOf(one).filter((user) => !liesBelow(user.id, id) && user.id !== id),
    );
    if (outside.length === 0) return;
    throw new CloudError(
      "ResourceGroupDeletionBlocked",
      `Deletion of resource group '${id.split("/").at(-1)}' failed as resources in it are used by ${outside[0]!.id}.`,
      409,
    );
  },
  release: releaseNodes,
});
