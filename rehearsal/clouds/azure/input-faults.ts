import { regions } from "../../../catalogue/index.ts";
import { isUnknown, type Properties } from "../../kubernetes-provider/properties.ts";
import type { Fault } from "../cloud-type.ts";
import { textOf, valuesAt } from "../known.ts";
import type { Standing, World } from "../world.ts";
import type { ArmType, IdReference } from "./arm-type.ts";
import { parseResourceId, plainLocation } from "./resource-id.ts";
import type { AzureSettings } from "./settings.ts";

/** A location that is not given is the provider's, or the resource group's: so azure-native does it. */
export function located(inputs: Properties, olds: Properties, settings: AzureSettings): Properties {
  if (inputs.location !== undefined) return inputs;
  const group = inputs.resourceGroupName;
  if (olds.location !== undefined) return { ...inputs, location: olds.location };
  if (settings.location) return { ...inputs, location: settings.location };
  if (group === undefined || typeof group !== "string") return inputs;
  if (isUnknown(group)) return { ...inputs, location: group };
  const found = groupOf(settings.world, group);
  return found ? { ...inputs, location: found.outputs.location! } : inputs;
}

/** A name that is not as Azure takes it. */
export function nameFaults(inputs: Properties, property: string, { naming }: ArmType): Fault[] {
  const name = textOf(inputs, property);
  if (!naming || name === undefined || naming.pattern.test(name)) return [];
  return [{ property, reason: `'${property}' is '${name}'; it must be ${naming.rule}` }];
}

/** What breaks the limits that Azure publishes. */
export function modelFaults(
  type: ArmType,
  inputs: Properties,
  property: string,
  settings: AzureSettings,
  named: boolean,
) {
  if (!type.model) return [];
  return settings.models.faults(type.model, inputs, property).filter((fault) => !named || fault.property !== property);
}

/** A location that is none, or that the subscription is not let at. */
export function locationFaults(inputs: Properties, { subscription }: AzureSettings): Fault[] {
  const location = textOf(inputs, "location");
  if (location === undefined || location.toLowerCase() === "global") return [];
  const known = azureLocations();
  const allowed = subscription.locations ?? known;
  if (allowed.includes(plainLocation(location))) return [];
  const found = known.includes(plainLocation(location)) ? "not open to this subscription" : "no location of Azure";
  return [
    {
      property: "location",
      reason: `'location' is '${location}', which is ${found} (LocationNotAvailableForResourceType)`,
    },
  ];
}

/** Ids that are none. */
export function idFaults(inputs: Properties, references: IdReference[]): Fault[] {
  return references.flatMap(({ at }) =>
    valuesAt(inputs, at).flatMap((value) => {
      if (typeof value !== "string" || parseResourceId(value)) return [];
      return [
        { property: at, reason: `'${at}' is '${value}', which is not the id of a resource (LinkedInvalidPropertyId)` },
      ];
    }),
  );
}

function azureLocations(): string[] {
  return regions()
    .filter(({ provider }) => provider === "Azure")
    .map(({ name }) => name);
}

/** The resource group of this name. */
export function groupOf(world: World, name: string): Standing | undefined {
  return world
    .standing("azure-native:resources:ResourceGroup")
    .find(({ outputs }) => String(outputs.name).toLowerCase() === name.toLowerCase());
}
