type Labels = Record<string, string>;

const counters = {
  "vllm:prompt_tokens_total": "Tokens of prompts",
  "vllm:prompt_tokens_cached_total": "Tokens of prompts that were in the prefix cache",
  "vllm:generation_tokens_total": "Tokens generated",
  "vllm:prefix_cache_queries_total": "Tokens looked for in the prefix cache",
  "vllm:prefix_cache_hits_total": "Tokens found in the prefix cache",
  "vllm:num_preemptions_total": "Requests put back for want of cache: none here",
} as const;

const gauges = {
  "vllm:num_requests_running": "Requests being generated",
  "vllm:num_requests_waiting": "Requests waiting for their turn",
  "vllm:kv_cache_usage_perc": "Share of the KV cache in use, 1 being all of it",
} as const;

const untilDone = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];

const histograms = {
  "vllm:time_to_first_token_seconds": {
    help: "Seconds until the first token",
    bounds: [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
    ],
  },
  "vllm:e2e_request_latency_seconds": {
    help: "Seconds from arrival to the last token",
    bounds: untilDone,
  },
  "vllm:request_queue_time_seconds": { help: "Seconds in the queue", bounds: untilDone },
  "vllm:inter_token_latency_seconds": {
    help: "Seconds between two tokens",
    bounds: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
  },
} as const;

const finishedReasons = ["stop", "length", "abort", "error", "repetition"] as const;
export type FinishedReason = (typeof finishedReasons)[number];

/** The counts of an engine under the names and labels that the real one gives them. */
export class Metrics {
  readonly #labels: Labels;
  readonly #counts = new Map<string, number>(Object.keys(counters).map((name) => [name, 0]));
  readonly #finished = new Map<FinishedReason, number>(finishedReasons.map((reason) => [reason, 0]));
  readonly #observed = new Map(
    Object.entries(histograms).map(([name, { bounds }]) => [name, { sum: 0, falls: bounds.map(() => 0), count: 0 }]),
  );

  constructor(modelName: string) {
    this.#labels = { engine: "0", model_name: modelName };
  }

  add(name: keyof typeof counters, amount: number): void {
    this.#counts.set(name, this.#counts.get(name)! + amount);
  }

  finished(reason: FinishedReason): void {
    this.#finished.set(reason, this.#finished.get(reason)! + 1);
  }

  observe(name: keyof typeof histograms, seconds: number): void {
    const histogram = this.#observed.get(name)!;
    histogram.sum += seconds;
    histogram.count++;
    const fall = histograms[name].bounds.findIndex((bound) => seconds <= bound);
    if (fall >= 0) histogram.falls[fall]!++;
  }

  /** All of it as Prometheus reads it, with the gauges as they stand. */
  text(now: Record<keyof typeof gauges, number>): string {
    const lines: string[] = [];
    const head = (name: string, type: string, help: string) =>
      lines.push(`# HELP ${name} ${help} (simulated).`, `# TYPE ${name} ${type}`);
    const line = (name: string, value: number, labels: Labels = {}) =>
      lines.push(`${name}{${written({ ...this.#labels, ...labels })}} ${float(value)}`);
    for (const [name, help] of Object.entries(gauges)) {
      head(name, "gauge", help);
      line(name, now[name as keyof typeof gauges]);
    }
    for (const [name, help] of Object.entries(counters)) {
      head(name, "counter", help);
      line(name, this.#counts.get(name)!);
    }
    head("vllm:request_success_total", "counter", "Requests finished");
    for (const [reason, count] of this.#finished) {
      line("vllm:request_success_total", count, { finished_reason: reason });
    }
    for (const [name, { help, bounds }] of Object.entries(histograms)) {
      head(name, "histogram", help);
      const { sum, falls, count } = this.#observed.get(name)!;
      let below = 0;
      bounds.forEach((bound, at) => {
        below += falls[at]!;
        line(`${name}_bucket`, below, { le: float(bound) });
      });
      line(`${name}_bucket`, count, { le: "+Inf" });
      line(`${name}_count`, count);
      line(`${name}_sum`, sum);
    }
    return `${lines.join("\n")}\n`;
  }
}

function written(labels: Labels): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (sign) => (sign === "\n" ? "\\n" : `\\${sign}`))}"`)
    .join(",");
}

function float(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
