import { statSync } from "node:fs";
import { join } from "node:path";
import type { Cloud } from "./cloud.ts";

type Named = Pick<Cloud<never>, "package" | "version">;

/** Where the world of a simulated cloud lies; refuses to work where no rehearsal is going on. */
export function worldFolder(cloud: Named, env: NodeJS.ProcessEnv): string {
  const folder = env.FREEHOLD_REHEARSAL;
  const found = !folder
    ? "FREEHOLD_REHEARSAL is not set: no rehearsal is going on here."
    : statSync(folder, { throwIfNoEntry: false })?.isDirectory()
      ? undefined
      : `FREEHOLD_REHEARSAL names ${folder}, but there is no such folder.`;
  if (found) throw new Error(`${found}\n${remedy(cloud)}`);
  return join(folder!, "world", cloud.package);
}

/** Refuses a resource type that the simulated cloud does not cover. */
export function refuseType(cloud: Named & { types: object }, token: string): never {
  throw new Error(
    `${token} is not in this simulated cloud, which knows the ${Object.keys(cloud.types).length} types that Freehold's ` +
      `components use.\n${remedy(cloud)}`,
  );
}

/** Refuses a function that the simulated cloud does not cover. */
export function refuseFunction(cloud: Named & { functions: object }, token: string): never {
  throw new Error(
    `${token} is not in this simulated cloud, which answers ${Object.keys(cloud.functions).join(", ")}.\n${remedy(cloud)}`,
  );
}

function remedy({ package: name, version }: Named): string {
  return `This is Freehold's rehearsal provider for ${name}: a simulated cloud, which reaches no real one.
  remedy   production needs the official provider: npx pulumi plugin install resource ${name} v${version}
           (to rehearse: eval "$(npx freehold rehearse <stack> --env)")`;
}
