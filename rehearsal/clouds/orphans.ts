import type { Cloud } from "./cloud.ts";
import type { Standing, World } from "./world.ts";

/**
 * Removes what stands in a simulated cloud and no state knows of, users before what they use: what a killed engine had made
 * and not written down, so that the next update makes it once. `known` holds `<type> <id>`. Returns what was removed.
 */
export async function removeOrphans<Settings>(
  cloud: Pick<Cloud<Settings>, "types">,
  world: World,
  known: ReadonlySet<string>,
  settings: Settings,
): Promise<string[]> {
  const removed: string[] = [];
  let rest = world.standing().filter(({ type, id }) => !known.has(`${type} ${id}`));
  while (rest.length > 0) {
    // What a known resource uses is kept: the state will know it again when it is refreshed.
    const free = rest.filter((one) => world.usersOf(one).length === 0);
    if (free.length === 0) break;
    for (const one of free) {
      await remove(cloud, world, one, settings);
      removed.push(`${one.type} ${one.name}`);
    }
    rest = rest.filter((one) => !free.includes(one));
  }
  return removed;
}

async function remove<Settings>(
  cloud: Pick<Cloud<Settings>, "types">,
  world: World,
  standing: Standing,
  settings: Settings,
): Promise<void> {
  const { name, inputs } = standing;
  const signal = new AbortController().signal;
  await cloud.types[standing.type]?.release?.({ settings, world, name, inputs, signal, say: () => {} }, standing);
  world.remove(standing);
}
