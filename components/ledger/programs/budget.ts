import { type Month, monthIn } from "./days.ts";

/** What a tenant may use in a calendar month, as the country file says it, with what it may use in a minute. */
export type Budget = {
  tokensPerMonth: number;
  timeZone: string;
  /** Percent at which the operator is warned. */
  warnAt: readonly number[];
  whenSpent: "stop" | "overage";
  committed?: number;
  tokensPerMinute: number;
};
export type Budgets = Record<string, Budget>;

/** What the ledger said of a tenant's month, and when it was asked. */
export type Answer = { used: number; from: number; at: number };

/**
 * How a tenant stands: `unread` where it could have spent its budget while the ledger did not answer, `awaited` where the first
 * answer is still to come and it is left as it is.
 */
export type State = "open" | "warned" | "over" | "spent" | "unread" | "awaited";

/** A tenant's month. */
export type Standing = {
  month: Month;
  /** Undefined where the ledger has not said it. */
  used: number | undefined;
  state: State;
};

const minuteMs = 60_000;
/** Who began without the ledger's answer waits so long for it before it closes. */
export const graceMs = 60_000;

/**
 * How a tenant stands at a moment. Where the ledger has been silent since its answer, the tenant may have used what its limit a
 * minute allows: from when that could have spent the budget, a hard stop closes. `since`: from when on answers were to be had.
 */
export function standing(budget: Budget, answer: Answer | undefined, since: number, now: number): Standing {
  const month = monthIn(budget.timeZone, now);
  // A month that has begun since the last answer began with nothing used.
  const known = answer?.from === month.from ? answer : { used: 0, at: month.from };
  const isKnown = answer !== undefined || since <= month.from;
  if (!isKnown) {
    const stopped = now - since > graceMs ? "unread" : "awaited";
    return { month, used: undefined, state: budget.whenSpent === "stop" ? stopped : "open" };
  }
  return { month, used: known.used, state: stateOf(budget, known, now) };
}

function stateOf(budget: Budget, { used, at }: Pick<Answer, "used" | "at">, now: number): State {
  const { tokensPerMonth, whenSpent, tokensPerMinute, warnAt } = budget;
  if (used >= tokensPerMonth) return whenSpent === "stop" ? "spent" : "over";
  // Limits are counted by minutes of the clock: each that the silence touches may have been used whole.
  const touched = Math.floor(now / minuteMs) - Math.floor(at / minuteMs) + 1;
  const silentMinutes = now - at > silenceMs ? touched : 0;
  if (whenSpent === "stop" && used + silentMinutes * tokensPerMinute >= tokensPerMonth) return "unread";
  return warnedAt(warnAt, used / tokensPerMonth) > 0 ? "warned" : "open";
}

/** An answer as old as this is no answer of this round any more. */
const silenceMs = 30_000;

/** The highest percentage of those that were reached; 0 where none was. */
export function warnedAt(warnAt: readonly number[], share: number): number {
  return Math.max(0, ...warnAt.filter((percent) => share * 100 >= percent));
}
