/** Requests and tokens of one model in one hour, however they were counted. */
export type Tally = { model: string; hour: string; requests: number; tokensIn: number; tokensOut: number };

/** A request as it stands in the ledger, or as a line of the gateway or a model server tells it. */
export type Told = {
  eventId: string;
  model: string;
  time: string;
  tokensIn: number;
  tokensOut: number;
  counted: "gateway" | "delivered" | null;
};

/** What two counts of the same model and hour differ by: the engine's less the ledger's. */
export type Difference = Tally & {
  /** Most tokens that streams which clients dropped explain: the engine may have made some that nobody received. */
  explained: number;
  /** Whether the difference is no more than that. */
  holds: boolean;
};

/** A request that one side has and the other has not, or has with other numbers. */
export type Odd = { eventId: string; model: string; why: "not in the ledger" | "only in the ledger" | "other tokens" };

/** Sums of requests by model and hour of UTC; requests that nothing was counted of are left out. */
export function tallies(told: readonly Told[]): Tally[] {
  const found = new Map<string, Tally>();
  for (const { model, time, tokensIn, tokensOut, counted } of told) {
    if (counted === null) continue;
    const hour = `${new Date(time).toISOString().slice(0, 13)}:00Z`;
    const before = found.get(`${hour} ${model}`) ?? { model, hour, requests: 0, tokensIn: 0, tokensOut: 0 };
    found.set(`${hour} ${model}`, {
      ...before,
      requests: before.requests + 1,
      tokensIn: before.tokensIn + tokensIn,
      tokensOut: before.tokensOut + tokensOut,
    });
  }
  return [...found.values()].sort((a, b) => (a.hour + a.model < b.hour + b.model ? -1 : 1));
}

/**
 * Compares the ledger with what engines counted. The one legitimate difference are dropped streams: the ledger has what was
 * delivered, the engine what it made before it noticed, which is at most `mostPerDrop` tokens more for each. An engine that
 * counts fewer than the ledger is never explained.
 */
export function reconcile(ledger: readonly Told[], engine: readonly Tally[], mostPerDrop: number): Difference[] {
  const ours = tallies(ledger);
  const dropped = tallies(ledger.filter(({ counted }) => counted === "delivered"));
  const nameOf = ({ model, hour }: Pick<Tally, "model" | "hour">) => `${hour} ${model}`;
  const names = [...new Set([...ours, ...engine].map(nameOf))].sort();
  return names.map((name) => {
    const [own, theirs, drops] = [ours, engine, dropped].map((all) => all.find((tally) => nameOf(tally) === name));
    const { model, hour } = (own ?? theirs)!;
    const less = (count: "requests" | "tokensIn" | "tokensOut") => (theirs?.[count] ?? 0) - (own?.[count] ?? 0);
    const difference = { requests: less("requests"), tokensIn: less("tokensIn"), tokensOut: less("tokensOut") };
    const explained = (drops?.requests ?? 0) * mostPerDrop;
    // vLLM counts a request as ended well when it ends it, and a dropped one not.
    const requestsHold = difference.requests <= 0 && -difference.requests <= (drops?.requests ?? 0);
    const outHolds = difference.tokensOut >= 0 && difference.tokensOut <= explained;
    // What a dropped stream came with is known from its first chunk.
    return { model, hour, ...difference, explained, holds: requestsHold && outHolds && difference.tokensIn === 0 };
  });
}

/** Which requests differ, by their ids: `other` are the gateway's lines, or the requests of a model server that tells them. */
export function oddRequests(ledger: readonly Told[], other: readonly Told[], mostPerDrop = 0): Odd[] {
  const ours = new Map(ledger.map((each) => [each.eventId, each]));
  const theirs = new Map(other.map((each) => [each.eventId, each]));
  const lost = [...theirs.values()].filter(({ eventId, counted }) => counted !== null && !ours.has(eventId));
  const more = [...ours.values()].filter(({ eventId, counted }) => counted !== null && !theirs.has(eventId));
  const unlike = [...theirs.values()].filter((each) => {
    const own = ours.get(each.eventId);
    if (!own) return false;
    const over = each.tokensOut - own.tokensOut;
    const most = own.counted === "delivered" ? mostPerDrop : 0;
    return each.tokensIn !== own.tokensIn || over < 0 || over > most;
  });
  const odd = (why: Odd["why"]) => (each: Told) => ({ eventId: each.eventId, model: each.model, why });
  return [
    ...lost.map(odd("not in the ledger")),
    ...more.map(odd("only in the ledger")),
    ...unlike.map(odd("other tokens")),
  ];
}
