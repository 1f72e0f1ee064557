import type { Properties } from "../../kubernetes-provider/properties.ts";
import { CloudError } from "../cloud-error.ts";
import type { Call, CloudType, Reference } from "../cloud-type.ts";
import { textOf, valuesAt } from "../known.ts";
import type { Standing, World } from "../world.ts";
import { groupOf, idFaults, located, locationFaults, modelFaults, nameFaults } from "./input-faults.ts";
import type { ModelPlace } from "./models.ts";
import { liesBelow, parseResourceId, plainLocation, sameId } from "./resource-id.ts";
import { type AzureSettings, subscriptionFault } from "./settings.ts";
import { softDeleted } from "./soft-deletion.ts";

export type AzureCall = Call<AzureSettings>;

/** A property that is the id of another resource: where it stands among the inputs, and the Pulumi types it may be of. */
export type IdReference = { at: string; to: string[]; holds?: boolean };

/** What Azure's resource manager needs to know of a resource type, beside what the type says of itself. */
export type ArmType = {
  /** The id with its parameters in braces, as the API has it; their names are those of the inputs. */
  path: string;
  apiVersion: string;
  model?: ModelPlace;
  /** How names have to be, and how that is said (Microsoft: Naming rules and restrictions for Azure resources). */
  naming?: { pattern: RegExp; rule: string };
  /** GUIDs are names of role assignments; what lies below another resource takes the program's name as it is. */
  autoname?: "random" | "copy" | "guid" | "none";
  /** Whether it has a location: what stands in a resource group itself, where nothing is said. */
  located?: boolean;
  /** Inputs whose change azure-native answers with a new resource, beside the path's and the location. */
  immutable?: string[];
  /** Inputs that Azure does not let be changed, though azure-native tries. */
  frozen?: string[];
  references?: IdReference[];
  check?: CloudType<AzureSettings>["check"];
  judge?(call: AzureCall, id: string): void;
  /** What the service adds to the inputs; `before` stands when it is an update. */
  outputs?(call: AzureCall, id: string): Properties;
} & Pick<
  CloudType<AzureSettings>,
  | "defaults"
  | "computedWithin"
  | "settle"
  | "judgeDeletion"
  | "release"
  | "leaves"
  | "inUse"
  | "waits"
  | "takesMachines"
  | "takesMs"
>;

/** A resource type of Azure's resource manager: what holds for all of them, and what the type says of itself. */
export function armType(type: ArmType): CloudType<AzureSettings> {
  const parameters = [...type.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const own = parameters.filter((name) => name !== "subscriptionId");
  const nameProperty = own.at(-1)!;
  const inGroup = own.includes("resourceGroupName") && own.length > 1;
  const below = inGroup && own.length > 2;
  const autoname = type.autoname ?? (below ? "copy" : "random");
  const idOf = (inputs: Properties, settings: AzureSettings) => fill(type.path, inputs, settings);
  const outputsOf = (call: AzureCall, id: string): Properties => ({
    ...(type.path.includes("/providers/") && { type: armTypeOf(type.path) }),
    ...(textOf(call.inputs, "location") && { location: plainLocation(textOf(call.inputs, "location")!) }),
    azureApiVersion: type.apiVersion,
    ...type.outputs?.(call, id),
    name: String(call.inputs[nameProperty]),
  });
  return {
    ...(autoname !== "none" && {
      autoname: {
        property: nameProperty,
        // azure-native cuts nothing off: a name that is too long is refused.
        maxLength: 500,
        separator: "",
        hexDigits: autoname === "random" ? 8 : 0,
        guid: autoname === "guid",
      },
    }),
    fill: (inputs, olds, settings) =>
      (type.located ?? (inGroup && !below)) ? located(inputs, olds, settings) : inputs,
    immutable: [...own, "location", ...(type.immutable ?? [])],
    references: (type.references ?? []).map(toReference),
    defaults: type.defaults ?? {},
    check: (inputs, settings) => {
      const named = nameFaults(inputs, nameProperty, type);
      return [
        ...named,
        // The rule in words says more than the pattern.
        ...modelFaults(type, inputs, nameProperty, settings, named.length > 0),
        ...locationFaults(inputs, settings),
        ...idFaults(inputs, type.references ?? []),
        ...(type.check?.(inputs, settings) ?? []),
      ];
    },
    judge: (call) => {
      const { settings, world, inputs, before } = call;
      const missing = subscriptionFault(settings);
      if (missing) throw missing;
      const id = idOf(inputs, settings);
      if (!before && everything(world).some((one) => sameId(one.id, id))) {
        throw new CloudError("already-exists", `cannot create already existing resource '${id}'`, 409);
      }
      if (inGroup) requireGroup(world, String(inputs.resourceGroupName));
      if (below) requireParent(world, id);
      if (before) refuseFrozen(type.frozen ?? [], before, inputs);
      if (settings.models.missing && type.model) {
        call.say(`the limits of ${type.model.class} are unchecked: Azure's models are not here`);
      }
      type.judge?.(call, id);
    },
    make: (call) => {
      const id = idOf(call.inputs, call.settings);
      return { id, outputs: outputsOf(call, id) };
    },
    change: (call, before) => outputsOf(call, before.id),
    release: async (call, standing) => {
      await type.release?.(call, standing);
      for (const child of everything(call.world)) {
        if (!liesBelow(child.id, standing.id)) continue;
        const left = softDeleted(child);
        call.world.remove(child, left && { ...left, wentWith: standing.id });
      }
    },
    ...pick(type, [
      "computedWithin",
      "settle",
      "judgeDeletion",
      "leaves",
      "inUse",
      "waits",
      "takesMachines",
      "takesMs",
    ]),
  };
}

/** What stands, of all types. */
export function everything(world: World): Standing[] {
  return world.standing();
}

/** What stands under an id, whatever the case of its letters. */
export function standingAt(world: World, id: string | undefined): Standing | undefined {
  return id === undefined ? undefined : everything(world).find((one) => sameId(one.id, id));
}

/** The refusal of an id under which nothing stands. */
export function resourceNotFound(id: string): CloudError {
  const parsed = parseResourceId(id);
  const group = parsed?.resourceGroup;
  return new CloudError(
    "ResourceNotFound",
    `The Resource '${parsed?.type}/${parsed?.names.join("/")}' under resource group '${group ?? "<null>"}' was not found. ` +
      "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    404,
  );
}

function fill(path: string, inputs: Properties, settings: AzureSettings): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === "subscriptionId" ? settings.subscriptionId : String(inputs[name] ?? "").replace(/^\/|\/$/g, ""),
  );
}

/** `Microsoft.Network/virtualNetworks/subnets` of a path. */
function armTypeOf(path: string): string {
  const [namespace, ...pairs] = path.slice(path.lastIndexOf("/providers/") + "/providers/".length).split("/");
  return [namespace, ...pairs.filter((_, index) => index % 2 === 0)].join("/");
}

function toReference({ at, to, holds }: IdReference): Reference {
  return { at, to, ...(holds !== undefined && { holds }), missing: resourceNotFound };
}

function requireGroup(world: World, name: string) {
  if (groupOf(world, name)) return;
  throw new CloudError("ResourceGroupNotFound", `Resource group '${name}' could not be found.`, 404);
}

function requireParent(world: World, id: string) {
  const parent = id.split("/").slice(0, -2).join("/");
  // What every account has from the beginning, as `blobServices/default`, is nobody's resource.
  const made = parent.endsWith("/default") ? parent.split("/").slice(0, -2).join("/") : parent;
  if (standingAt(world, made)) return;
  throw new CloudError(
    "ParentResourceNotFound",
    `Can not perform requested operation on nested resource. Parent resource '${made.split("/").at(-1)}' not found.`,
    404,
  );
}

function refuseFrozen(frozen: string[], { inputs: old }: Standing, inputs: Properties) {
  for (const path of frozen) {
    const [was, is] = [valuesAt(old, path), valuesAt(inputs, path)];
    if (was.length === 0 || JSON.stringify(was) === JSON.stringify(is)) continue;
    throw new CloudError(
      "PropertyChangeNotAllowed",
      `Changing property '${path}' is not allowed (from ${JSON.stringify(was[0])} to ${JSON.stringify(is[0] ?? null)}).`,
    );
  }
}

function pick<Key extends keyof CloudType<AzureSettings>>(type: ArmType, keys: Key[]) {
  const chosen = keys.filter((key) => type[key as keyof ArmType] !== undefined);
  return Object.fromEntries(chosen.map((key) => [key, type[key as keyof ArmType]])) as Pick<
    CloudType<AzureSettings>,
    Key
  >;
}
