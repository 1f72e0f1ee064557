import type { Country } from "./country.ts";
import { vllm } from "./engines/vllm.ts";

type Model = Country["models"][string];

/** What a model server is to the pod that runs it: an engine answers with its own command line and environment. */
export type Engine = {
  /** Container port of the OpenAI-compatible API, which also serves health and metrics. */
  port: number;
  /** Path that answers 200 once the model can serve. */
  healthPath: string;
  command: string[];
  /** Arguments for one replica. `weights` is the mounted folder; `servedName` is what clients ask for. */
  args(model: Model & { servedName: string; weights: string }): string[];
  /** Environment that keeps the engine silent and offline. */
  env: Record<string, string>;
};

/** Every engine a country file may name, by the name it uses there. */
export const engines: Record<Model["engine"], Engine> = { vllm };
