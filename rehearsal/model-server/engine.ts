import type { Answer, Step } from "./answer.ts";
import type { Settings } from "./arguments.ts";
import { type Entry, Ledger } from "./ledger.ts";
import { Metrics } from "./metrics.ts";
import type { Orders } from "./orders.ts";
import { blockTokens, cacheBlocks, PrefixCache } from "./prefix-cache.ts";
import { cutAt } from "./stop.ts";

/** A prompt; several answers may be generated from it. */
export type Prompt = { tokens: readonly number[]; salt: string | undefined; cached: number | undefined };

/** What is to be generated from a prompt. */
export type Wanted = {
  prompt: Prompt;
  answer: Answer;
  mostTokens: number;
  stop: readonly string[];
  includeStop: boolean;
};

/** What a token added; the last one says why it was. */
export type Delta = {
  step: Step;
  generated: number;
  finish: "stop" | "length" | "tool_calls" | undefined;
  stopReason: string | null;
};

/** A place among those that wait; who ends hands theirs over. */
type Turn = { handedOver: boolean; wake: () => void };

/** Tokens that are generated before others get a turn, where none of them takes time. */
const burst = 64;

/** A request under way: it ends by itself, or when its client leaves. */
export class Call {
  readonly entry: Entry;
  readonly orders: Orders;
  readonly arrived = performance.now();
  readonly #wakes = new Set<() => void>();
  gone = false;

  constructor(entry: Entry, orders: Orders) {
    this.entry = entry;
    this.orders = orders;
  }

  /** Stops what is being generated for it. */
  leave(outcome: "aborted" | "failed"): void {
    if (this.entry.outcome !== "running") return;
    this.gone = true;
    this.end(outcome);
    for (const wake of this.#wakes) wake();
  }

  end(outcome: Entry["outcome"]): void {
    if (this.entry.outcome !== "running") return;
    this.entry.outcome = outcome;
    this.entry.ended = new Date().toISOString();
  }

  /** Waits for a time, or until the client leaves. */
  pause(ms: number): Promise<void> {
    return this.wait((wake) => {
      const timer = setTimeout(wake, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Waits for something that is told how to wake it and answers how it is called off, or until the client leaves. */
  wait(begin: (wake: () => void) => () => void): Promise<void> {
    if (this.gone) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#wakes.delete(wake);
        callOff();
        resolve();
      };
      this.#wakes.add(wake);
      const callOff = begin(wake);
    });
  }
}

/** What stands in for a GPU: it gives each sequence its turn, makes its tokens at their pace, and counts. */
export class Engine {
  readonly ledger = new Ledger();
  readonly #metrics: Metrics;
  readonly #cache: PrefixCache;
  readonly #atOnce: number;
  readonly #waiting = new Set<Turn>();
  readonly #calls = new Set<Call>();
  #running = 0;
  #heldTokens = 0;

  constructor({ servedNames, prefixCache, atOnce }: Settings) {
    this.#metrics = new Metrics(servedNames[0]);
    this.#cache = new PrefixCache(prefixCache);
    this.#atOnce = atOnce;
  }

  /** Takes in a request. */
  open(about: Parameters<Ledger["open"]>[0], orders: Orders): Call {
    const call = new Call(this.ledger.open(about), orders);
    this.#calls.add(call);
    return call;
  }

  close(call: Call): void {
    this.#calls.delete(call);
  }

  /** Requests under way. */
  get busy(): number {
    return this.#calls.size;
  }

  /** Cuts off what is under way, which counts as aborted by the engine itself. */
  abortAll(): void {
    for (const call of this.#calls) {
      call.leave("aborted");
      this.#metrics.finished("abort");
    }
  }

  /** Generates an answer; false when its client left before the end. */
  async generate(call: Call, wanted: Wanted, each: (delta: Delta) => void): Promise<boolean> {
    const { prompt, answer } = wanted;
    return this.#inTurn(call, async () => {
      if (!(await this.#prefill(call, prompt))) return false;
      const cut = cutAt(wanted.stop, wanted.includeStop);
      let held = prompt.tokens.length;
      this.#heldTokens += held;
      let last = 0;
      try {
        for (let at = 0; ; at++) {
          if (at > 0 && call.orders.tokenMs > 0) await call.pause(call.orders.tokenMs);
          else if (at > 0 && at % burst === 0) await new Promise((resolve) => setImmediate(resolve));
          if (call.gone) return false;
          const step = answer.step(at)!;
          const stopped = cut.take(step);
          const over = answer.step(at + 1) === undefined;
          const finish =
            stopped.by !== null ? "stop" : over ? answer.finish : at + 1 >= wanted.mostTokens ? "length" : undefined;
          const since = sinceArrival(call);
          if (at === 0) this.#metrics.observe("vllm:time_to_first_token_seconds", since);
          else this.#metrics.observe("vllm:inter_token_latency_seconds", since - last);
          last = since;
          this.#metrics.add("vllm:generation_tokens_total", 1);
          call.entry.generation_tokens++;
          this.#heldTokens++;
          held++;
          const whole = finish === undefined ? stopped.step : cut.rest(stopped.step);
          each({ step: whole, generated: at + 1, finish, stopReason: stopped.by });
          if (finish !== undefined) return this.#finished(call, finish === "length" ? "length" : "stop");
        }
      } finally {
        this.#heldTokens -= held;
      }
    });
  }

  /** Reads a prompt of which only a vector is wanted; false when its client left before the end. */
  embed(call: Call, prompt: Prompt): Promise<boolean> {
    return this.#inTurn(
      call,
      async () => (await this.#prefill(call, prompt)) && !call.gone && this.#finished(call, "stop"),
    );
  }

  metricsText(): string {
    return this.#metrics.text({
      "vllm:num_requests_running": this.#running,
      "vllm:num_requests_waiting": this.#waiting.size,
      "vllm:kv_cache_usage_perc": Math.min(1, this.#heldTokens / blockTokens / cacheBlocks),
    });
  }

  /** Computes a prompt, which takes as long as was ordered. */
  async #prefill(call: Call, prompt: Prompt): Promise<boolean> {
    if (call.orders.delayMs > 0) await call.pause(call.orders.delayMs);
    if (call.gone) return false;
    const { length } = prompt.tokens;
    const cached = this.#cache.take(prompt.tokens, prompt.salt);
    this.#metrics.add("vllm:prompt_tokens_total", length);
    this.#metrics.add("vllm:prompt_tokens_cached_total", cached);
    this.#metrics.add("vllm:prefix_cache_queries_total", length);
    this.#metrics.add("vllm:prefix_cache_hits_total", cached);
    // Several answers to one prompt are computed each, and told of once.
    if (prompt.cached === undefined) {
      prompt.cached = cached;
      call.entry.prompt_tokens += length;
      call.entry.cached_tokens += cached;
    }
    return true;
  }

  #finished(call: Call, reason: "stop" | "length"): true {
    this.#metrics.finished(reason);
    this.#metrics.observe("vllm:e2e_request_latency_seconds", sinceArrival(call));
    return true;
  }

  async #inTurn(call: Call, work: () => Promise<boolean>): Promise<boolean> {
    if (this.#running < this.#atOnce) this.#running++;
    else {
      const turn: Turn = { handedOver: false, wake: () => {} };
      await call.wait((wake) => {
        turn.wake = wake;
        this.#waiting.add(turn);
        return () => this.#waiting.delete(turn);
      });
      if (!turn.handedOver) return false;
    }
    this.#metrics.observe("vllm:request_queue_time_seconds", sinceArrival(call));
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next) {
        next.handedOver = true;
        next.wake();
      } else this.#running--;
    }
  }
}

function sinceArrival(call: Call): number {
  return (performance.now() - call.arrived) / 1000;
}
