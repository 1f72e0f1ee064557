import type { EnforcementLevel } from "@pulumi/policy";
import { along, analyzer, type Call } from "./wire.ts";

/** A policy that somebody enforces otherwise than the pack has it. */
export type EnforcementChange = { policy: string; from: string; to: string; origin: string };

/** What the engine has said about the levels of the policies. */
export type Enforcement = {
  /** False until the engine has spoken, which it does before it asks for any resource. */
  known(): boolean;
  changes(): EnforcementChange[];
};

type Levelled = { name: string; enforcementLevel?: EnforcementLevel };

const origin = "--policy-pack-config";

/**
 * Watches for levels that the engine sets otherwise than the pack does, by reading along where the protocol's own message is
 * decoded. To be called before the pack is made. `told` hears of them at once: where every policy is disabled, nobody else
 * will be asked anything any more. What it throws stops the engine.
 */
export function watchEnforcement(
  policies: readonly Levelled[],
  told: (changes: EnforcementChange[]) => void = () => {},
): Enforcement {
  let found: EnforcementChange[] | undefined;
  along(analyzer().configure as Call<ConfigureRequest>, (request) => {
    found = changesIn(request, policies);
    if (found.length > 0) told(found);
  });
  return { known: () => found !== undefined, changes: () => found ?? [] };
}

/** Names that the pack does not have are shown as well: `all` is one of them. */
function changesIn(request: ConfigureRequest, policies: readonly Levelled[]): EnforcementChange[] {
  const declared = new Map(policies.map(({ name, enforcementLevel = "advisory" }) => [name, enforcementLevel]));
  return [...request.getPolicyconfigMap().entries()].flatMap(([policy, config]) => {
    const from = declared.get(policy) ?? "no such policy";
    const to = levels[config.getEnforcementlevel()] ?? "a level that nobody knows";
    return from === to ? [] : [{ policy, from, to, origin }];
  });
}

// Numbers of the protocol, which do not change within it.
const levels: Record<number, string> = { 0: "advisory", 1: "mandatory", 2: "disabled", 3: "remediate" };

type ConfigureRequest = { getPolicyconfigMap(): { entries(): Iterable<[string, { getEnforcementlevel(): number }]> } };
