import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isOptInOnAws, vcpuQuotas } from "../../../catalogue/index.ts";

const accountShape = z.strictObject({
  /** The account that the credentials belong to; where nothing is said, the one that the provider is allowed. */
  account: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  /** Regions that were enabled beyond those that every account has. */
  optedIn: z.array(z.string()).default([]),
  /** vCPUs by the code of the quota, `L-417A185B`; `new` for what a new account has. */
  quotas: z.union([z.literal("new"), z.record(z.string(), z.number().int().nonnegative())]).default({}),
});

/** What `account.json` of a simulated AWS says of the account, as whoever rehearses writes it. */
export type AccountFile = z.input<typeof accountShape>;

/**
 * The account of a simulated AWS: whose it is, where it may work, how much. Without a file its quotas are those of an account
 * that is ready for a launch, because a new one may not start a single GPU.
 */
export class Account {
  readonly #file: z.output<typeof accountShape>;
  readonly path: string;

  constructor(worldFolder: string) {
    this.path = join(worldFolder, "account.json");
    const text = existsSync(this.path) ? readFileSync(this.path, "utf8") : "{}";
    const result = accountShape.safeParse(JSON.parse(text));
    if (!result.success) throw new Error(`${this.path}: ${z.prettifyError(result.error)}`);
    this.#file = result.data;
  }

  /** Whose credentials these are. */
  id(allowed: string[]): string {
    return this.#file.account ?? allowed[0] ?? "111122223333";
  }

  /** Whether the account may use a region. */
  mayUse(region: string): boolean {
    return !isOptInOnAws(region) || this.#file.optedIn.includes(region);
  }

  /** vCPUs that may run at the same time under a quota. */
  vcpus(code: string): number {
    const { quotas } = this.#file;
    if (quotas === "new") return vcpuQuotas().find((quota) => quota.code === code)?.defaultVcpus ?? 0;
    return quotas[code] ?? readyForLaunch;
  }
}

const readyForLaunch = 10_000;
