// The code of somebody who uses LangChain for JavaScript: nothing in it knows of Freehold. Runs the features that it is asked for by
// name, and says of each in a line of JSON what came of it.
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { z } from "zod";

const model = "apertus";
const question = "What is the weather in Tallinn?";
const city = z.object({ city: z.string() });
const weather = tool(() => "4 °C", { name: "get_weather", description: "Weather of a city", schema: city });
const once = { maxRetries: 0 };

const llm = new ChatOpenAI({ model });
const withTools = llm.bindTools([weather]);
const ordered = (orders, more) => new ChatOpenAI({ model, modelKwargs: { vllm_xargs: orders }, ...more });
const calls = (message) => message.tool_calls.map(({ name, args }) => ({ name, arguments: args }));

/** A minute's requests used up: the error that says so. */
async function refusal() {
  const impatient = new ChatOpenAI({ model, ...once });
  for (let request = 0; request < 4; request++) {
    try {
      await impatient.invoke(question);
    } catch (error) {
      return error;
    }
  }
}

const features = {
  async chat() {
    const { text, usage_metadata } = await new ChatOpenAI({ model, maxTokens: 12 }).invoke(question);
    return { text, tokens: usage_metadata.output_tokens };
  },
  async stream() {
    let text = "";
    let chunks = 0;
    let tokens;
    for await (const chunk of await llm.stream(question)) {
      chunks++;
      text += chunk.text;
      tokens = chunk.usage_metadata?.output_tokens ?? tokens;
    }
    return { text, chunks, tokens };
  },
  tools: async () => calls(await withTools.invoke(question)),
  async "tools, streamed"() {
    let whole;
    for await (const chunk of await withTools.stream(question)) whole = whole?.concat(chunk) ?? chunk;
    return calls(whole);
  },
  async "tool's result"() {
    const asked = new HumanMessage(question);
    const message = await withTools.invoke([asked]);
    const result = new ToolMessage({ tool_call_id: message.tool_calls[0].id, content: "4 °C" });
    return (await withTools.invoke([asked, message, result])).text;
  },
  "JSON mode": async () =>
    JSON.parse((await llm.invoke(question, { response_format: { type: "json_object" } })).text),
  "structured output": () => llm.withStructuredOutput(city).invoke(question),
  async embeddings() {
    const asFloats = new OpenAIEmbeddings({ model: "vectors", encodingFormat: "float" });
    const vectors = await asFloats.embedDocuments(["üks", "kaks"]);
    return vectors.map(({ length }) => length);
  },
  // What the client below it asks for where nobody says otherwise.
  async "embeddings, base64"() {
    const vectors = await new OpenAIEmbeddings({ model: "vectors" }).embedDocuments(["üks", "kaks"]);
    return vectors.map(({ length }) => length);
  },
  async "several choices"() {
    const { generations } = await new ChatOpenAI({ model, n: 2 }).generate([[new HumanMessage(question)]]);
    return generations[0].map(({ text }) => text);
  },
  async stop() {
    const { text, response_metadata } = await llm.invoke(question, { stop: ["simulated"] });
    return { text, finish: response_metadata.finish_reason };
  },
  async limit() {
    const { response_metadata, usage_metadata } = await new ChatOpenAI({ model, maxTokens: 3 }).invoke(question);
    return { finish: response_metadata.finish_reason, tokens: usage_metadata.output_tokens };
  },
  async logprobs() {
    const { response_metadata } = await new ChatOpenAI({ model, logprobs: true }).invoke(question);
    return response_metadata.logprobs.content.length;
  },
  "wrong key": () => new ChatOpenAI({ model, apiKey: "fh-wrong" }).invoke(question),
  "model of others": () => new ChatOpenAI({ model: "gpt-4o" }).invoke(question),
  "not offered": () => new ChatOpenAI({ model, useResponsesApi: true }).invoke(question),
  "wrong request": () => new ChatOpenAI({ model, temperature: 5 }).invoke(question),
  "server's failure": () => ordered({ rehearsal_fail: 503 }, once).invoke(question),
  async abort() {
    const slow = ordered({ rehearsal_tokens: 400, rehearsal_token_ms: 50 });
    const began = Date.now();
    let chunks = 0;
    for await (const _ of await slow.stream(question)) if (++chunks === 5) break;
    return { chunks, seconds: (Date.now() - began) / 1000 };
  },
  async "too many requests"() {
    throw await refusal();
  },
  async "waits as told"() {
    const told = Number((await refusal()).headers.get("retry-after"));
    const began = Date.now();
    await llm.invoke(question);
    return { told, seconds: (Date.now() - began) / 1000 };
  },
};

for (const name of process.argv.slice(2)) {
  const said = await features[name]().then(
    (result) => ({ result }),
    ({ constructor, status, message, headers }) => ({
      error: { types: [constructor.name], status: status ?? null, message, retryAfter: headers?.get?.("retry-after") ?? null },
    }),
  );
  console.log(JSON.stringify({ name, ...said }));
}
