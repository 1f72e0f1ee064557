// The code of somebody who uses Vercel's AI SDK with its provider for compatible servers: nothing in it knows of Freehold. Runs the
// features that it is asked for by name, and says of each in a line of JSON what came of it.
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateImage, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const settings = {
  name: "here",
  baseURL: process.env.OPENAI_BASE_URL,
  apiKey: process.env.OPENAI_API_KEY,
  includeUsage: true,
  supportsStructuredOutputs: true,
};
const provider = createOpenAICompatible(settings);
const model = provider("apertus");
const prompt = "What is the weather in Tallinn?";
const city = z.object({ city: z.string() });
const tools = { get_weather: tool({ description: "Weather of a city", inputSchema: city }) };
const answered = { get_weather: tool({ ...tools.get_weather, execute: () => "4 °C" }) };
const once = { maxRetries: 0 };
const ordered = (orders) => ({ providerOptions: { here: { vllm_xargs: orders } } });

const ask = (more) => generateText({ model, prompt, ...more });
// What goes wrong is told where the stream is read.
const streamed = (more) => streamText({ model, prompt, onError: () => {}, ...more });
const calls = (made) => made.map(({ toolName, input }) => ({ name: toolName, arguments: input }));

/** A minute's requests used up: the error that says so. */
async function refusal() {
  for (let request = 0; request < 4; request++) {
    try {
      await ask(once);
    } catch (error) {
      return error;
    }
  }
}

const features = {
  async chat() {
    const { text, usage } = await ask({ maxOutputTokens: 12 });
    return { text, tokens: usage.outputTokens };
  },
  async stream() {
    const result = streamed();
    let text = "";
    let chunks = 0;
    for await (const piece of result.textStream) {
      chunks++;
      text += piece;
    }
    return { text, chunks, tokens: (await result.usage).outputTokens };
  },
  tools: async () => calls((await ask({ tools })).toolCalls),
  "tools, streamed": async () => calls(await streamed({ tools }).toolCalls),
  "tool's result": async () => (await ask({ tools: answered, stopWhen: stepCountIs(2) })).text,
  "JSON mode": async () => (await ask({ output: Output.json() })).output,
  "structured output": async () => (await ask({ output: Output.object({ schema: city }) })).output,
  async embeddings() {
    const { embeddings } = await embedMany({ model: provider.embeddingModel("vectors"), values: ["üks", "kaks"] });
    return embeddings.map(({ length }) => length);
  },
  async stop() {
    const { text, finishReason } = await ask({ stopSequences: ["simulated"] });
    return { text, finish: finishReason };
  },
  async limit() {
    const { finishReason, usage } = await ask({ maxOutputTokens: 3 });
    return { finish: finishReason, tokens: usage.outputTokens };
  },
  "wrong key": () => ask({ model: createOpenAICompatible({ ...settings, apiKey: "fh-wrong" })("apertus") }),
  "model of others": () => ask({ model: provider("gpt-4o") }),
  "not offered": () => generateImage({ model: provider.imageModel("apertus"), prompt: "Tallinn" }),
  "wrong request": () => ask({ temperature: 5 }),
  "server's failure": () => ask({ ...once, ...ordered({ rehearsal_fail: 503 }) }),
  async abort() {
    const leave = new AbortController();
    const began = Date.now();
    let chunks = 0;
    const slow = ordered({ rehearsal_tokens: 400, rehearsal_token_ms: 50 });
    for await (const _ of streamed({ ...slow, abortSignal: leave.signal }).textStream) if (++chunks === 5) leave.abort();
    return { chunks, seconds: (Date.now() - began) / 1000 };
  },
  async "too many requests"() {
    throw await refusal();
  },
  async "waits as told"() {
    const told = Number((await refusal()).responseHeaders["retry-after"]);
    const began = Date.now();
    await ask();
    return { told, seconds: (Date.now() - began) / 1000 };
  },
};

for (const feature of process.argv.slice(2)) {
  const said = await features[feature]().then(
    (result) => ({ result }),
    ({ name, statusCode, message, responseHeaders }) => ({
      error: { types: [name], status: statusCode ?? null, message, retryAfter: responseHeaders?.["retry-after"] ?? null },
    }),
  );
  console.log(JSON.stringify({ name: feature, ...said }));
}
