import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../kubernetes-provider/properties.ts";
import { World } from "./world.ts";

/** A resource as Pulumi's state has it, as far as it is needed here. */
export type StateResource = { urn: string; type: string; id?: string; inputs?: object };

/** A resource that an update was about to make when it was cut off, and the id under which it stands. */
export type Adoption = { urn: string; id: string };

/**
 * Finds, for what an interrupted update was making in a simulated cloud, what stands there of it: of the same type and name, and
 * unknown to the state. In a real cloud the operator looks it up, and answers `pulumi refresh` with its id.
 */
export function adoptions(
  folder: string,
  pending: readonly StateResource[],
  known: readonly StateResource[],
): Adoption[] {
  const ids = new Set(known.map(({ type, id }) => `${type} ${id}`));
  return pending.flatMap(({ urn, type, inputs }) => {
    const world = new World(join(folder, "world", type.split(":")[0]!));
    const name = urn.split("::").at(-1);
    const found = world.standing(type).filter((one) => one.name === name && !ids.has(`${type} ${one.id}`));
    const [one] =
      found.length > 1 ? found.filter((each) => isDeepStrictEqual(each.inputs, inputs as Properties)) : found;
    if (!one) return [];
    ids.add(`${type} ${one.id}`);
    return [{ urn, id: one.id }];
  });
}
