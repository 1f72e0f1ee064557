import { createHash } from "node:crypto";
import type { Served } from "../cell.ts";
import { bytesOf, type Seen, type Wire } from "../wire.ts";
import type { Scene } from "./attack.ts";

/** A request that was made, and what came back. */
export type Sent = { name: string; scene: Scene; wire: Wire; seen: Seen };

/** A request as the ledger has it. */
export type Kept = {
  id: string;
  tenant: string;
  model: string;
  path: string | null;
  status: number;
  in: number;
  out: number;
  counted: string | null;
};

/** What should not have been, a line each: by what came through, and by what was answered. */
export function faults(sent: readonly Sent[], served: readonly Served[], kept: readonly Kept[]): string[] {
  return [...cameThrough(sent, served, kept), ...sent.flatMap(told)];
}

/**
 * What should not have come through: whatever reached a model server was its sender's own, has one record in the sender's name,
 * with the tokens that the server made, and the sender's salt.
 */
export function cameThrough(
  sent: readonly Omit<Sent, "wire">[],
  served: readonly Served[],
  kept: readonly Kept[],
): string[] {
  const records = new Map(kept.map((record) => [record.id, record]));
  const senders = new Map(sent.flatMap((one) => one.seen.ids.map((id) => [id, one])));
  return served.flatMap((entry) => {
    const say = (what: string) => [
      `${senders.get(entry.request_id)?.name ?? "somebody"}: ${what} (${entry.request_id})`,
    ];
    const sender = senders.get(entry.request_id)?.scene.own.tenant;
    const record = records.get(entry.request_id);
    if (!record) return say("a model server answered, and there is no record");
    if (sender && record.tenant !== sender) return say(`recorded for ${record.tenant}, sent by ${sender}`);
    if (record.model !== entry.model) return say(`recorded as ${record.model}, answered by ${entry.model}`);
    if (entry.endpoint !== "/v1/embeddings" && entry.cache_salt !== record.tenant)
      return say(`in the cache of ${entry.cache_salt}, recorded for ${record.tenant}`);
    if (entry.outcome !== "finished") return [];
    if (record.counted === null) return say("recorded without tokens");
    const isSame = record.in === entry.prompt_tokens && record.out === entry.generation_tokens;
    return isSame
      ? []
      : say(
          `recorded with ${record.in} + ${record.out} tokens, made ${entry.prompt_tokens} + ${entry.generation_tokens}`,
        );
  });
}

/** What an answer tells of the tenant attacked that the attacker did not know. */
export function told({ name, scene: { other }, wire, seen }: Sent): string[] {
  const asked = bytesOf(wire).toString("latin1");
  return [other.tenant, other.key, other.model]
    .filter((secret) => seen.text.includes(secret) && !asked.includes(secret))
    .map((secret) => `${name}: the answer tells ${secret === other.key ? "a key" : secret}`);
}

/** Numbers from 0 to 1 in an order that a seed gives. */
export function drawnBy(seed: string): () => number {
  let count = 0;
  return () => createHash("sha256").update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32;
}
