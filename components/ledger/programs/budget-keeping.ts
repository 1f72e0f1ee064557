import { type Answer, type Budgets, type Standing, standing } from "./budget.ts";
import { budgetSums, type Query } from "./budget-sums.ts";
import { closedRoutes, type Door, type Made, type Plural } from "./closed-routes.ts";

/** What a keeper is told: budgets, and the door that it closes. */
export type Told = { budgets: Budgets; door: Door };

/** What of the cluster a keeper uses. What it makes goes with what it is told, when that goes. */
export type Cluster = {
  /** What it is told now. */
  told(): Promise<Told>;
  /** Names of what it has made. */
  made(plural: Plural): Promise<string[]>;
  apply(made: Made): Promise<void>;
  remove(plural: Plural, name: string): Promise<void>;
};

export type KeepingArgs = { cluster: Cluster; query: Query; now(): number; say(line: string): void };

/** Keeps budgets, round by round: what was told and used is asked, and tenants are closed and opened by it. */
export class Keeping {
  /** Each tenant's month as of the last round. */
  standings: Record<string, Standing> = {};
  /** When the ledger answered last, and when all was as it should be last; by the clock. */
  answeredAt: number;
  appliedAt: number;
  told: Told | undefined;
  readonly #args: KeepingArgs;
  readonly #since: number;
  #answers: Record<string, Answer> = {};
  #trouble = new Map<string, string>();

  constructor(args: KeepingArgs) {
    this.#args = args;
    this.#since = args.now();
    this.answeredAt = this.#since;
    this.appliedAt = this.#since;
  }

  /** One round. What fails is said once, and tried again in the next; an order that cannot be read is the last that could. */
  async round(): Promise<void> {
    const { cluster, now } = this.#args;
    this.told = (await this.#tried("budgets are not told", () => cluster.told())) ?? this.told;
    const { told } = this;
    if (!told) return;
    await this.#tried("the ledger does not answer", () => this.#ask(told.budgets));
    const before = this.standings;
    this.standings = Object.fromEntries(
      Object.entries(told.budgets).map(([tenant, budget]) => [
        tenant,
        standing(budget, this.#answers[tenant], this.#since, now()),
      ]),
    );
    for (const [tenant, { state }] of Object.entries(this.standings))
      if (state !== (before[tenant]?.state ?? "open") && state !== "awaited") this.#args.say(`${tenant}: ${state}`);
    // Who began a moment ago does not know yet whom another one closed.
    if (Object.values(this.standings).some(({ state }) => state === "awaited")) return;
    await this.#tried("the door is not as it should be", () => this.#apply(told));
  }

  async #ask(budgets: Budgets): Promise<void> {
    const at = this.#args.now();
    const sums = await budgetSums(this.#args.query, budgets, at);
    this.#answers = Object.fromEntries(Object.entries(sums).map(([tenant, sum]) => [tenant, { ...sum, at }]));
    this.answeredAt = at;
  }

  /** Answers before the routes that give them; and away with routes before their answers. */
  async #apply({ budgets, door }: Told): Promise<void> {
    const { cluster, now } = this.#args;
    const wanted = closedRoutes(this.standings, budgets, door);
    for (const made of wanted) await cluster.apply(made);
    for (const plural of ["httproutes", "httproutefilters"] as const) {
      const kept = new Set(wanted.filter((made) => made.plural === plural).map(({ name }) => name));
      for (const name of await cluster.made(plural)) if (!kept.has(name)) await cluster.remove(plural, name);
    }
    this.appliedAt = now();
  }

  async #tried<Result>(trouble: string, attempt: () => Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await attempt();
      if (this.#trouble.delete(trouble)) this.#args.say(`no longer: ${trouble}`);
      return result;
    } catch (error) {
      const why = (error as Error).message || String(error);
      if (this.#trouble.get(trouble) !== why) this.#args.say(`${trouble}: ${why}`);
      this.#trouble.set(trouble, why);
      return undefined;
    }
  }
}
