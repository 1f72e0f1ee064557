/** What became of a request: `failed` is one that was ordered to. */
export type Outcome = "running" | "finished" | "aborted" | "failed";

/** One request as this server counted it. Tokens are those that were computed, whether anybody received them or not. */
export type Entry = {
  simulated: true;
  request_id: string;
  endpoint: string;
  model: string;
  stream: boolean;
  /** Whose requests share what the prefix cache holds. */
  cache_salt: string | null;
  outcome: Outcome;
  prompt_tokens: number;
  cached_tokens: number;
  generation_tokens: number;
  began: string;
  ended: string | null;
};

const most = 100_000;

/** The newest 100,000 requests, in the order in which they began. */
export class Ledger {
  readonly #entries = new Set<Entry>();

  open(about: Pick<Entry, "request_id" | "endpoint" | "model" | "stream" | "cache_salt">): Entry {
    const entry: Entry = {
      simulated: true,
      ...about,
      outcome: "running",
      prompt_tokens: 0,
      cached_tokens: 0,
      generation_tokens: 0,
      began: new Date().toISOString(),
      ended: null,
    };
    this.#entries.add(entry);
    for (const oldest of this.#entries) {
      if (this.#entries.size <= most) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  *lines(): Generator<string> {
    for (const entry of this.#entries) yield `${JSON.stringify(entry)}\n`;
  }
}
