// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: POST /embeddings.
import { type Feature, type Finding, fail, pass } from "../check.ts";
import type { Client } from "../client.ts";
import { answered } from "../judge.ts";
import { embeddings as embeddingList, encodedEmbeddings } from "../shape.ts";

const ask = (client: Client, more: Record<string, unknown>) =>
  client.post("embeddings", { model: client.embeddingModel, input: "The quick brown fox", ...more });
const floats = (client: Client) => ask(client, { encoding_format: "float" });

/** Embeddings. */
export const embeddings: Feature = {
  name: "embeddings",
  checks: [
    {
      id: "embeddings.answer",
      asks: "POST /embeddings answers with a list of embeddings, each a list of numbers.",
      need: "where offered",
      run: async (client) => answered(await floats(client), embeddingList, ({ data }) => sizeOf(data[0]!.embedding)),
    },
    {
      id: "embeddings.batch",
      asks: "Several inputs are answered by as many embeddings of one length, each with its index.",
      need: "where offered",
      run: async (client) =>
        answered(await ask(client, { input: ["one", "two", "three"] }), embeddingList, ({ data }) => {
          const indices = data.map(({ index }) => index).toSorted((a, b) => a - b);
          if (indices.join() !== "0,1,2")
            return fail(`$.data[].index: 0, 1, 2 were to come, found ${indices.join(", ")}`);
          const sizes = new Set(data.map(({ embedding }) => embedding.length));
          return sizes.size === 1 ? pass("3 embeddings") : fail("$.data[].embedding: they differ in length");
        }),
    },
    {
      id: "embeddings.base64",
      asks: "With encoding_format base64 each embedding is a text of little-endian 32-bit numbers, as many as otherwise.",
      need: "where offered",
      run: async (client) => {
        const { data } = embeddingList.safeParse((await floats(client)).json);
        return answered(await ask(client, { encoding_format: "base64" }), encodedEmbeddings, (encoded) => {
          const bytes = Buffer.from(encoded.data[0]!.embedding, "base64").length;
          const numbers = data?.data[0]?.embedding.length;
          if (bytes % 4 !== 0) return fail(`$.data[0].embedding: ${bytes} bytes are no 32-bit numbers`);
          if (numbers !== undefined && bytes !== 4 * numbers)
            return fail(`$.data[0].embedding: ${bytes / 4} numbers, ${numbers} as float`);
          return pass(`${bytes / 4} numbers`);
        });
      },
    },
    {
      id: "embeddings.tokens",
      asks: "The input may be lists of token numbers.",
      need: "optional",
      run: async (client) =>
        answered(await ask(client, { input: [[101, 102, 103]] }), embeddingList, ({ data }) =>
          sizeOf(data[0]!.embedding),
        ),
    },
    {
      id: "embeddings.usage",
      asks: "usage counts prompt_tokens, which are all of total_tokens.",
      need: "where offered",
      run: async (client) =>
        answered(await floats(client), embeddingList, ({ usage: { prompt_tokens: prompt, total_tokens: total } }) => {
          if (prompt !== total) return fail(`$.usage: prompt_tokens ${prompt} is not total_tokens ${total}`);
          return prompt > 0 ? pass(`${prompt} tokens`) : fail("$.usage.prompt_tokens: 0 for an input that has tokens");
        }),
    },
  ],
};

function sizeOf(embedding: readonly number[]): Finding {
  return pass(`${embedding.length} numbers`);
}
