import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pool } from "../components/country/sections/pool.ts";
import { readStackFile } from "../components/country/stack-file.ts";
import type { Country } from "../components/country.ts";

/**
 * How the country of this rehearsal says that the GPUs of a pool are given out. A device plugin reads it from a ConfigMap of the
 * GPU operator's, which comes after the nodes; simulated ones have their GPUs from the beginning, as if it had been there.
 */
export function declaredSharing(name: string): Country["pools"][string]["sharing"] | undefined {
  const folder = join(process.env.FREEHOLD_REHEARSAL ?? "", "stacks");
  if (!process.env.FREEHOLD_REHEARSAL || !existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((entry) => /^Pulumi\..+\.yaml$/.test(entry));
  const { pools } = file ? readStackFile(join(folder, file)).values : {};
  const declared = (pools as Record<string, unknown> | undefined)?.[name];
  return pool.safeParse(declared).data?.sharing;
}
