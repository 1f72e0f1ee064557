import type { Kept } from "../../test/engine/attacks/judge.ts";
import type { Served } from "../../test/engine/cell.ts";
import type { Had } from "./clients.ts";

/** What became of requests, and whether it can be seen afterwards. */
export type Balance = {
  asked: number;
  whole: number;
  /** Streams and answers that broke off. */
  cut: number;
  /** Answers that say so, by status. */
  refused: Record<string, number>;
  /** Requests that never had an answer's head, by what the client was told. */
  none: Record<string, number>;
  /** Whole answers without a record, or with one of other tokens. */
  unrecorded: number;
  otherTokens: number;
  /** Broken ones without a record, and those whose record has fewer tokens than the client had. */
  cutUnrecorded: number;
  cutFewer: number;
  /** What a model server finished, and neither a client nor the ledger knows of. */
  silent: number;
  /** Milliseconds to the first byte of whole answers, middle and slowest. */
  firstMs: { p50: number; most: number };
};

/** Holds what clients had against the ledger and the model servers' own count. */
export function balance(had: readonly Had[], kept: readonly Kept[], served: readonly Served[]): Balance {
  const records = new Map(kept.map((record) => [record.id, record]));
  const known = new Set(had.map(({ id }) => id));
  const tokensOf = (id: string | null) => {
    const record = records.get(id ?? "");
    return record && record.counted !== null ? record.in + record.out : undefined;
  };
  const whole = had.filter(({ how, status }) => how === "whole" && status === 200);
  const cut = had.filter(({ how }) => how === "cut");
  const first = whole.map(({ firstMs }) => firstMs).sort((a, b) => a - b);
  return {
    asked: had.length,
    whole: whole.length,
    cut: cut.length,
    refused: counted(had.filter(({ how, status }) => how === "whole" && status !== 200).map(({ status }) => status)),
    none: counted(had.filter(({ how }) => how === "none").map(({ why }) => why ?? "closed")),
    unrecorded: whole.filter(({ id }) => tokensOf(id) === undefined).length,
    otherTokens: whole.filter(({ id, tokens }) => (tokensOf(id) ?? tokens) !== tokens).length,
    cutUnrecorded: cut.filter(({ id }) => !records.has(id ?? "")).length,
    cutFewer: cut.filter(({ id, tokens }) => records.has(id ?? "") && (tokensOf(id) ?? 0) < tokens).length,
    silent: served.filter(
      ({ request_id, outcome }) => outcome === "finished" && !known.has(request_id) && !records.has(request_id),
    ).length,
    firstMs: { p50: first[Math.floor((first.length - 1) / 2)] ?? 0, most: first.at(-1) ?? 0 },
  };
}

function counted(values: readonly (string | number)[]): Record<string, number> {
  return Object.fromEntries(Object.entries(Object.groupBy(values, String)).map(([value, all]) => [value, all!.length]));
}

/** One line of a table. */
export function balanceLine({ refused, none, firstMs, ...rest }: Balance): string {
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([what, count]) => `${count} x ${what}`)
      .join(", ") || "0";
  const { asked, whole, cut, unrecorded, otherTokens, cutUnrecorded, cutFewer, silent } = rest;
  return [
    `asked ${asked}: whole ${whole}, cut ${cut}, refused ${listed(refused)}, no answer ${listed(none)}`,
    `without a record ${unrecorded}, other tokens ${otherTokens}, cut without a record ${cutUnrecorded}, with fewer tokens ${cutFewer}, known to nobody ${silent}`,
    `first byte ${firstMs.p50} ms, at most ${firstMs.most} ms`,
  ].join("; ");
}
