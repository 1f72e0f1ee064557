import { legibly } from "../../policies/report/legible.ts";
import type { ProgressLines } from "../progress.ts";
import { absent, type Check, type Feature, type Finding, fail, unclear } from "./check.ts";
import { type Client, NoModel } from "./client.ts";
import { clientFamilies, derivation } from "./clients.ts";
import type { Key } from "./endpoint.ts";
import { reference } from "./reference.ts";
import { Unreached } from "./unreached.ts";
import { withoutKey } from "./without-key.ts";

/** What came of one check; `blocks` where the exit code follows from it. */
export type Result = Pick<Check, "id" | "asks" | "need"> &
  Finding & { feature: string; notes: string[]; blocks: boolean };

/** What came of all checks, as --json prints it. */
export type Matrix = {
  endpoint: string;
  /** Where the key came from, never the key. */
  key: string;
  reference: typeof reference;
  models: { chat?: string; embedding?: string };
  strict: boolean;
  passed: boolean;
  counts: Record<Finding["verdict"], number>;
  requests: number;
  checks: Result[];
  clients: { derivation: string; families: ClientResult[] };
};

/** Which of the checks that a family depends on were made, and which of them do not hold. */
export type ClientResult = { client: string; read: string; looked: number; fails: string[]; absent: string[] };

/** Runs the checks one after the other, so that none is judged by what another does to the endpoint. */
export async function matrix(
  client: Client,
  wanted: readonly Feature[],
  { strict, lines }: { strict: boolean; lines: ProgressLines },
): Promise<Matrix> {
  const checks: Result[] = [];
  for (const { name, checks: some } of wanted) {
    lines.begin(name, `${some.length} checks`);
    for (const [index, check] of some.entries()) {
      lines.note(`${index + 1} of ${some.length}: ${check.id}`);
      checks.push(resultOf(check, name, await ran(check, client), { strict, key: client.endpoint.key }));
    }
    const mine = checks.filter(({ feature }) => feature === name);
    lines.end(tally(mine));
  }
  const { endpoint, models } = client;
  const { key } = endpoint;
  const name = (model: string | undefined) => (key ? model?.replaceAll(key.value, "…") : model);
  return legibly({
    endpoint: endpoint.base,
    key: key?.from ?? "none",
    reference,
    models: { chat: name(models.chat), embedding: name(models.embedding) },
    strict,
    passed: !checks.some(({ blocks }) => blocks),
    counts: counted(checks),
    requests: endpoint.seen.length,
    checks,
    clients: { derivation, families: families(checks) },
  });
}

/** `9 pass, 1 fail`. */
export function tally(results: readonly Result[]): string {
  return Object.entries(counted(results))
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(", ");
}

async function ran(check: Check, client: Client): Promise<Finding> {
  try {
    return await check.run(client);
  } catch (error) {
    if (error instanceof Unreached) return fail(error.found);
    if (!(error instanceof NoModel)) throw error;
    const { noEmbedding } = client.models;
    const isClear = check.id.startsWith("embeddings.") && noEmbedding?.clearly;
    return isClear ? absent(error.message) : unclear(error.message);
  }
}

function resultOf(
  { id, asks, need }: Check,
  feature: string,
  { verdict, found, notes = [] }: Finding,
  { strict, key }: { strict: boolean; key: Key | undefined },
): Result {
  const said = { found: withoutKey(found, key), notes: notes.map((note) => withoutKey(note, key)) };
  const isMissed = verdict === "fail" || verdict === "unclear" || (verdict === "absent" && need === "required");
  const blocks = (need !== "optional" && isMissed) || (strict && (verdict === "fail" || notes.length > 0));
  return { id, feature, asks, need, verdict, ...said, blocks };
}

function counted(results: readonly Result[]): Matrix["counts"] {
  const counts = { pass: 0, fail: 0, absent: 0, unclear: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

function families(checks: readonly Result[]): ClientResult[] {
  return clientFamilies.map(({ client, read, dependsOn }) => {
    const mine = checks.filter(({ id }) => dependsOn.includes(id));
    const of = (...verdicts: Finding["verdict"][]) =>
      mine.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
    return { client, read, looked: mine.length, fails: of("fail", "unclear"), absent: of("absent") };
  });
}
