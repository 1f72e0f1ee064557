import { type AzureCall, standingAt } from "./arm-type.ts";
import { liesBelow, parseResourceId, sameId } from "./resource-id.ts";

/** Whether a resource is there: of this world, or outside of it as far as the world says what is outside. */
export function stands({ world, settings }: Pick<AzureCall, "world" | "settings">, id: string): boolean {
  if (standingAt(world, id)) return true;
  const { outside } = settings.subscription;
  if (outside) return outside.some((one) => sameId(one, id) || liesBelow(one, id));
  const group = parseResourceId(id)?.resourceGroup;
  const groups = world.standing("azure-native:resources:ResourceGroup").map(({ outputs }) => String(outputs.name));
  return group !== undefined && !groups.some((name) => sameId(name, group));
}
