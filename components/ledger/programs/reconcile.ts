/** Tokens that came in and that went out. */
export type Tokens = { in: number; out: number };

/** What the ledger has of one tenant's requests to one model on one set of replicas. */
export type Recorded = {
  tenant: string;
  model: string;
  /** The replicas that were asked; null where a request was refused before. */
  server: string | null;
  /** Of whole answers. */
  whole: Tokens;
  /** Of streams that ended early, as far as they were delivered, and how many those were. */
  delivered: Tokens;
  dropped: number;
  /** Requests that reached a model server and ended before anything was counted. */
  uncounted: number;
  /** Of requests that ran or ended while the counters were read: they may stand on either side. */
  edge: Tokens;
};

/** What counters rose by, of a tenant and a model at the gateway, or of a set of replicas. */
export type Counted = {
  tenant?: string;
  /** Model at the gateway, set of replicas else. */
  name: string;
  tokens: Tokens;
  /** Counters that ended or began anew meanwhile: what they had counted since they were last read is lost. */
  lost: number;
};

/** What two counts of the same requests differ by, and whether that can be: `unknown` is neither agreement nor its opposite. */
export type Finding = {
  against: "gateway" | "engine";
  tenant?: string;
  name: string;
  ledger: Tokens;
  counted: Tokens;
  verdict: "agrees" | "explained" | "unknown" | "differs";
  why: string[];
};

/** Most tokens that an engine makes of an answer after its client has left. */
export const unnoticedTokens = 256;

const none: Tokens = { in: 0, out: 0 };
const plus = (a: Tokens, b: Tokens): Tokens => ({ in: a.in + b.in, out: a.out + b.out });

/**
 * The ledger against the gateway's own counters, which know whole answers alone, and against the engines', which know all that
 * they read and made, whoever received it. `contexts` is the longest prompt of each set of replicas.
 */
export function reconcile(
  recorded: readonly Recorded[],
  gateway: readonly Counted[],
  engines: readonly Counted[],
  contexts: Record<string, number>,
): Finding[] {
  // Beyond as many pairs as a proxy tells apart, and where its header was not told, a count has no tenant.
  const isNobodys = gateway.some(({ tenant, tokens }) => !tenant && tokens.in + tokens.out > 0);
  const pairs = new Map<string, { tenant: string; name: string }>();
  for (const { tenant, model, whole } of recorded)
    if (whole.in + whole.out > 0) pairs.set(`${tenant} ${model}`, { tenant, name: model });
  for (const { tenant, name, tokens } of gateway)
    if (tenant && tokens.in + tokens.out > 0) pairs.set(`${tenant} ${name}`, { tenant, name });
  const atGateway = [...pairs.values()].map(({ tenant, name }): Finding => {
    const ours = recorded.filter((each) => each.tenant === tenant && each.model === name);
    const theirs = gateway.filter((each) => each.tenant === tenant && each.name === name);
    const ledger = ours.map(({ whole }) => whole).reduce(plus, none);
    const edge = ours.map((each) => each.edge).reduce(plus, none);
    const judged = judge(ledger, theirs, { more: edge, less: edge }, gateway.length > 0);
    const isUntold = isNobodys && judged.verdict === "differs";
    const untold = { verdict: "unknown" as const, why: ["tokens were counted without the tenant that they are of"] };
    return { against: "gateway", tenant, name, ...judged, ...(isUntold && untold) };
  });

  const servers = new Set([
    ...recorded.flatMap(({ server, whole, delivered }) => (server && whole.in + delivered.in > 0 ? [server] : [])),
    ...engines.flatMap(({ name, tokens }) => (tokens.in + tokens.out > 0 ? [name] : [])),
  ]);
  const atEngines = [...servers].map((name): Finding => {
    const ours = recorded.filter(({ server }) => server === name);
    const ledger = ours.map(({ whole, delivered }) => plus(whole, delivered)).reduce(plus, none);
    const edge = ours.map((each) => each.edge).reduce(plus, none);
    const sum = (of: "dropped" | "uncounted") => ours.reduce((total, each) => total + each[of], 0);
    const [dropped, uncounted] = [sum("dropped"), sum("uncounted")];
    const unseen = { in: uncounted * (contexts[name] ?? 0), out: (dropped + uncounted) * unnoticedTokens };
    const theirs = engines.filter((each) => each.name === name);
    const reasons = [
      ...(dropped > 0 ? [`clients left ${dropped} streams: the engine made more than they had`] : []),
      ...(uncounted > 0 ? [`${uncounted} requests ended before anything was counted`] : []),
    ];
    const bounds = { more: plus(edge, unseen), less: edge };
    // The engine counts a prompt for each answer to it.
    const ofPrompts = ["of prompts alone, as where requests ask for several answers (n)"];
    return { against: "engine", name, ...judge(ledger, theirs, bounds, theirs.length > 0, reasons, ofPrompts) };
  });
  return [...atGateway, ...atEngines];
}

/** The whole in one word: `unknown` only where nothing is known to differ. */
export function verdictOf(findings: readonly Finding[]): "agrees" | "unknown" | "differs" {
  const has = (verdict: Finding["verdict"]) => findings.some((finding) => finding.verdict === verdict);
  return has("differs") ? "differs" : has("unknown") ? "unknown" : "agrees";
}

/** What counters may have more and less than the ledger without anything being wrong. */
type Bounds = { more: Tokens; less: Tokens };

function judge(
  ledger: Tokens,
  theirs: readonly Counted[],
  { more, less }: Bounds,
  isKnown: boolean,
  reasons: string[] = [],
  ofPrompts: string[] = [],
): Pick<Finding, "ledger" | "counted" | "verdict" | "why"> {
  const counted = theirs.map(({ tokens }) => tokens).reduce(plus, none);
  const lost = theirs.reduce((total, each) => total + each.lost, 0);
  const over = plus(counted, { in: -ledger.in, out: -ledger.out });
  const told = (verdict: Finding["verdict"], why: string[] = []) => ({ ledger, counted, verdict, why });
  if (over.in === 0 && over.out === 0) return told("agrees");
  const edges = less.in + less.out > 0 ? ["requests ran or ended as the counters were read"] : [];
  const holds = (one: "in" | "out") => over[one] <= more[one] && -over[one] <= less[one];
  if (holds("in") && holds("out")) return told("explained", [...reasons, ...edges]);
  // Counters that were lost have too little, never too much.
  if (over.in <= more.in && over.out <= more.out) {
    if (!isKnown) return told("unknown", ["nothing is known of its counters"]);
    if (lost > 0) return told("unknown", [`${lost} of its counters ended or began anew`]);
    return told("differs", ["the ledger has more than was counted"]);
  }
  const alone = over.out <= more.out ? ofPrompts : [];
  return told("differs", ["the ledger has less than was counted", ...reasons, ...alone]);
}
