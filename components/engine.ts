import type { Model } from "../catalogue/index.ts";
import type { Country } from "./country.ts";
import { vllm } from "./engines/vllm.ts";

type Server = Country["modelServers"][string];

/** What an engine is told about the replica that it runs. */
export type Run = Pick<
  Server,
  "servedName" | "image" | "gpus" | "nodes" | "contextTokens" | "precision" | "kvCache" | "prefixCache"
> & {
  /** Folder of the weights. */
  weights: string;
  /** How this engine reads the model's calls of tools and its reasoning, as far as the catalogue knows. */
  parsers: Model["parsers"][string] | undefined;
  /** The model turns texts into vectors instead of answering them. */
  embeds: boolean;
  /** It runs on an instance of a GPU, and cannot ask the whole one what it is. */
  sliced: boolean;
  /** Seconds that it may take to load the model. */
  startSeconds: number;
  /** What this pod is in a replica: all of it, the one that answers for several nodes, or one of the others. */
  role: "alone" | "leader" | "worker";
};

/** Names of an engine's metrics. */
export type EngineMetrics = {
  /** Requests that are generated, and that wait: by these, and by the cache, it is scaled. */
  running: string;
  waiting: string;
  /** Share of the KV cache that is taken, from 0 to 1. */
  cache: string;
  tokensIn: string;
  tokensOut: string;
  /** Requests that came to an end, and those that were put back because the cache was full. */
  finished: string;
  preempted: string;
  /** Histograms. */
  firstTokenSeconds: string;
  betweenTokensSeconds: string;
  queuedSeconds: string;
};

/** What a model server is to the pod that runs it: an engine answers with its own command line and environment. */
export type Engine = {
  /** Container port of the OpenAI-compatible API, which also serves health and metrics. */
  port: number;
  /** Path that answers 200 once the model can serve. */
  healthPath: string;
  /** Seconds for which requests that are under way are answered after it was told to stop. */
  drainSeconds: number;
  command: string[];
  args(run: Run): string[];
  /** Environment that keeps the engine silent and offline. */
  env: Record<string, string>;
  /** Environment that depends on the replica. */
  envOf(run: Run): Record<string, string>;
  metrics: EngineMetrics;
};

/** Every engine a country file may name, by the name it uses there. */
export const engines: Record<Server["engine"], Engine> = { vllm };
