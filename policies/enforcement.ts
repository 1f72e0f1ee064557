import { createRequire } from "node:module";
import type { EnforcementLevel } from "@pulumi/policy";

/** A policy that somebody enforces otherwise than the pack has it. */
export type EnforcementChange = { policy: string; from: string; to: string; origin: string };

/** What the engine has said about the levels of the policies. */
export type Enforcement = {
  /** False until the engine has spoken, which it does before it asks for any resource. */
  known(): boolean;
  changes(): EnforcementChange[];
};

type Levelled = { name: string; enforcementLevel?: EnforcementLevel };

/** The engine tells a pack which level each policy has in the end, and the SDK keeps that to itself. */
const method = "configure";
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
  const call = analyzer()[method];
  const decode = call.requestDeserialize;
  call.requestDeserialize = (bytes) => {
    const request = decode(bytes);
    found = changesIn(request, policies);
    if (found.length > 0) told(found);
    return request;
  };
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
type Call = { requestDeserialize(bytes: Buffer): ConfigureRequest };

/** The analyzer's protocol as the policy SDK itself finds it: it is the one that will be served. */
function analyzer(): Record<typeof method, Call> {
  const sdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/policy"));
  return sdk("@pulumi/pulumi/proto/analyzer_grpc_pb").AnalyzerService;
}
