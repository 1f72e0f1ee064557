import { model as modelFacts } from "../../catalogue/index.ts";

/** A request for something that a model does, by the path below a base URL. */
export type Question = { path: string; body: Record<string, unknown>; streams: boolean };

/** What a model of a country can be asked, by its name and its Hugging Face id; nothing of what the rehearsal does not answer. */
export function askingOf(name: string, id: string): Question[] {
  const { kind } = modelFacts(id);
  if (kind === "reranker") return [];
  if (kind === "embedding") {
    return [{ path: "embeddings", body: { model: name, input: "Where does this go?" }, streams: false }];
  }
  if (kind === "base") {
    return [{ path: "completions", body: { model: name, prompt: "Still", max_tokens: 8 }, streams: true }];
  }
  const messages = [{ role: "user", content: "Are you still there?" }];
  return [{ path: "chat/completions", body: { model: name, messages, max_tokens: 8 }, streams: true }];
}
