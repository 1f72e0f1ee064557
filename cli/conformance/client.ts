import type { Answer, Asked, Endpoint } from "./endpoint.ts";

/** The models that the checks ask, and how they say how much may be answered. */
export type Models = {
  listed: string[];
  chat?: string;
  embedding?: string;
  /** Why there is no model for embeddings, and whether that was said as the specification has it. */
  noEmbedding?: { clearly: boolean; found: string };
  limit: "max_tokens" | "max_completion_tokens";
};

/** That a check needs a model which the endpoint has not. */
export class NoModel extends Error {
  override name = "NoModel";
}

/** What checks ask an endpoint with. Answers that several checks look at are asked for once. */
export class Client {
  readonly endpoint: Endpoint;
  readonly models: Models;
  readonly #asked = new Map<string, Promise<Answer>>();

  constructor(endpoint: Endpoint, models: Models) {
    this.endpoint = endpoint;
    this.models = models;
  }

  get chatModel(): string {
    if (this.models.chat === undefined) throw new NoModel("no model here answers chat: name one by --model");
    return this.models.chat;
  }

  get embeddingModel(): string {
    if (this.models.embedding === undefined) throw new NoModel(this.models.noEmbedding?.found);
    return this.models.embedding;
  }

  /** The same request once, whoever asks. */
  ask(asked: Asked): Promise<Answer> {
    if (asked.until) return this.endpoint.ask(asked);
    const name = JSON.stringify(asked);
    const answer = this.#asked.get(name) ?? this.endpoint.ask(asked);
    this.#asked.set(name, answer);
    return answer;
  }

  get(path: string): Promise<Answer> {
    return this.ask({ path });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.ask({ path, body });
  }

  /** A chat completion about a short question, with what the check adds. */
  chat(more: Record<string, unknown> = {}, tokens = 200): Promise<Answer> {
    const { chatModel: model, models } = this;
    const messages = [{ role: "user", content: "Say hello in one word." }];
    return this.post("chat/completions", { model, messages, [models.limit]: tokens, ...more });
  }
}
