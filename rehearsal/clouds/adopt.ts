import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../kubernetes-provider/properties.ts";
import { World } from "./world.ts";

/** A resource as Pulumi's state has it, as far as it is needed here. */
export type StateResource = {
  urn: string;
  type: string;
  id?: string;
  inputs?: object;
  parent?: string;
  /** `<urn>::<id>` of its provider. */
  provider?: string;
};

/** A resource that an update was making when it was cut off, or whose reply was lost, and the id under which it stands. */
export type Adoption = StateResource & { id: string };

/**
 * Finds, for what an update did not get made in a simulated cloud, what stands there of it all the same: of the same type and
 * name, and unknown to the state. In a real cloud the operator looks it up, and answers `pulumi import` with its id.
 */
export function adoptions(
  folder: string,
  unmade: readonly StateResource[],
  known: readonly StateResource[],
): Adoption[] {
  const ids = new Set(known.map(({ type, id }) => `${type} ${id}`));
  return unmade.flatMap((resource) => {
    const { urn, type, inputs } = resource;
    const world = new World(join(folder, "world", type.split(":")[0]!));
    const name = urn.split("::").at(-1);
    const found = world.standing(type).filter((one) => one.name === name && !ids.has(`${type} ${one.id}`));
    const [one] =
      found.length > 1 ? found.filter((each) => isDeepStrictEqual(each.inputs, inputs as Properties)) : found;
    if (!one) return [];
    ids.add(`${type} ${one.id}`);
    return [{ ...resource, id: one.id }];
  });
}
