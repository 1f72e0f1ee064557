import { type Sample, samplesIn } from "../../rehearsal/door/exposition.ts";
import { metricsOf } from "../../rehearsal/door.ts";
import type { Home } from "../../rehearsal/home.ts";
import { Failure } from "../failure.ts";

/** What all pods of an open door tell now. */
export async function samplesOf(home: Home): Promise<Sample[]> {
  const text = await metricsOf(home).catch((error) => {
    throw new Failure(
      [
        `The door of ${home.stack} does not tell how it is.`,
        `  found    ${error instanceof Error ? error.message : error}`,
        `  remedy   npx freehold door ${home.stack} --close, then npx freehold door ${home.stack}`,
      ].join("\n"),
    );
  });
  return samplesIn(text);
}
