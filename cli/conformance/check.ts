import type { Client } from "./client.ts";

/** What one check came to; `absent` is what the endpoint clearly refuses to offer. */
export type Verdict = "pass" | "fail" | "absent" | "unclear";

/** A verdict with what was found, and with what is not wrong yet not as specified either. */
export type Finding = { verdict: Verdict; found: string; notes?: string[] };

/** Who fails without it: every client, those that use what the endpoint offers, or nobody who knows to do without. */
export type Need = "required" | "where offered" | "optional";

/** One thing that the specification asks, and how to see whether it is so. */
export type Check = {
  /** `chat.usage`: the feature and what is looked at. */
  id: string;
  asks: string;
  need: Need;
  run(client: Client): Promise<Finding>;
};

/** Checks that belong together, under the name that `--only` takes. */
export type Feature = { name: string; checks: readonly Check[] };

export const pass = (found: string, notes: readonly string[] = []): Finding => ({
  verdict: "pass",
  found,
  ...(notes.length > 0 && { notes: [...notes] }),
});
export const fail = (found: string): Finding => ({ verdict: "fail", found });
export const absent = (found: string): Finding => ({ verdict: "absent", found });
export const unclear = (found: string): Finding => ({ verdict: "unclear", found });
