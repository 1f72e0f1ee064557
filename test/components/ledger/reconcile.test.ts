import { describe, expect, it } from "vitest";
import { oddRequests, reconcile, type Told, tallies } from "../../../components/ledger/programs/reconcile.ts";

const told = (eventId: string, fields: Partial<Told> = {}): Told => ({
  eventId,
  model: "apertus-8b",
  time: "2026-11-22T10:30:00Z",
  tokensIn: 10,
  tokensOut: 5,
  counted: "gateway",
  ...fields,
});
const ledger = [
  told("1"),
  told("2", { time: "2026-11-22T10:59:59.999Z" }),
  told("3", { time: "2026-11-22T11:00:00Z" }),
  told("4", { counted: "delivered", tokensOut: 3 }),
  told("5", { counted: null, tokensIn: 0, tokensOut: 0 }),
];
const hour = "2026-11-22T10:00Z";
const engine = (fields: object = {}) => [
  { model: "apertus-8b", hour, requests: 2, tokensIn: 30, tokensOut: 17, ...fields },
  { model: "apertus-8b", hour: "2026-11-22T11:00Z", requests: 1, tokensIn: 10, tokensOut: 5 },
];

describe("the ledger against the engines' counters", () => {
  it("is summed by model and hour, without what was refused", () => {
    expect(tallies(ledger)).toEqual([
      { model: "apertus-8b", hour, requests: 3, tokensIn: 30, tokensOut: 13 },
      { model: "apertus-8b", hour: "2026-11-22T11:00Z", requests: 1, tokensIn: 10, tokensOut: 5 },
    ]);
  });

  it("may lack what engines made of a dropped stream, up to the bound, and nothing else", () => {
    const first = (fields: object, most = 8) => reconcile(ledger, engine(fields), most)[0]!;
    expect(first({})).toMatchObject({ requests: -1, tokensIn: 0, tokensOut: 4, explained: 8, holds: true });
    expect(first({ requests: 3, tokensOut: 13 }).holds).toBe(true);
    expect(first({}, 3).holds).toBe(false);
    expect(first({ tokensOut: 12 }).holds).toBe(false);
    expect(first({ tokensIn: 31 }).holds).toBe(false);
    expect(first({ requests: 1 }).holds).toBe(false);
    expect(first({ requests: 4 }).holds).toBe(false);
    expect(reconcile(ledger, engine(), 8)[1]).toMatchObject({ tokensIn: 0, tokensOut: 0, explained: 0, holds: true });
  });

  it("shows a model and an hour that only one of them knows", () => {
    expect(reconcile([], engine(), 8).map(({ holds }) => holds)).toEqual([false, false]);
    expect(reconcile(ledger, [], 8).map(({ holds }) => holds)).toEqual([false, false]);
  });
});

it("names the requests that differ", () => {
  const lines = [
    told("1"),
    told("2", { tokensOut: 6 }),
    told("4", { tokensOut: 11, counted: "delivered" }),
    told("6"),
    told("7", { counted: null }),
  ];
  expect(oddRequests(ledger, lines, 8).map(({ eventId, why }) => `${eventId} ${why}`)).toEqual([
    "6 not in the ledger",
    "3 only in the ledger",
    "2 other tokens",
  ]);
  expect(oddRequests(ledger, ledger)).toEqual([]);
});
