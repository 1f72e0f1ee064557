// The code of somebody who uses OpenAI's client for Node: nothing in it knows of Freehold. Runs the features that it is asked for by
// name, and says of each in a line of JSON what came of it.
import OpenAI from "openai";

const client = new OpenAI();
const model = "apertus";
const messages = [{ role: "user", content: "What is the weather in Tallinn?" }];
const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const tools = [{ type: "function", function: { name: "get_weather", description: "Weather of a city", parameters } }];
const once = { maxRetries: 0 };

const ask = (more, options) => client.chat.completions.create({ model, messages, ...more }, options);

/** A minute's requests used up: the error that says so. */
async function refusal() {
  for (let request = 0; request < 4; request++) {
    try {
      await ask({}, once);
    } catch (error) {
      return error;
    }
  }
}

const features = {
  async models() {
    const names = [];
    for await (const { id } of client.models.list()) names.push(id);
    return names;
  },
  async chat() {
    const { choices, usage } = await ask({ max_tokens: 12 });
    return { text: choices[0].message.content, tokens: usage.completion_tokens };
  },
  async stream() {
    let text = "";
    let chunks = 0;
    let tokens;
    for await (const chunk of await ask({ stream: true, stream_options: { include_usage: true } })) {
      chunks++;
      text += chunk.choices[0]?.delta.content ?? "";
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    return { text, chunks, tokens };
  },
  async tools() {
    const { choices } = await ask({ tools });
    return choices[0].message.tool_calls.map(({ function: { name, arguments: words } }) => ({
      name,
      arguments: JSON.parse(words),
    }));
  },
  async "tools, streamed"() {
    const answer = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    return answer.choices[0].message.tool_calls.map(({ function: { name, arguments: words } }) => ({
      name,
      arguments: JSON.parse(words),
    }));
  },
  async "tool's result"() {
    const { choices } = await ask({ tools });
    const { message } = choices[0];
    const result = { role: "tool", tool_call_id: message.tool_calls[0].id, content: "4 °C" };
    return (await ask({ tools, messages: [...messages, message, result] })).choices[0].message.content;
  },
  async "JSON mode"() {
    return JSON.parse((await ask({ response_format: { type: "json_object" } })).choices[0].message.content);
  },
  async "structured output"() {
    const json_schema = { name: "weather", schema: parameters, strict: true };
    const { choices } = await client.chat.completions.parse({
      model,
      messages,
      response_format: { type: "json_schema", json_schema },
    });
    return JSON.parse(choices[0].message.content);
  },
  async embeddings() {
    const { data } = await client.embeddings.create({ model: "vectors", input: ["üks", "kaks"], encoding_format: "float" });
    return data.map(({ embedding }) => embedding.length);
  },
  // What the client asks for where nobody says otherwise.
  async "embeddings, base64"() {
    const { data } = await client.embeddings.create({ model: "vectors", input: ["üks", "kaks"] });
    return data.map(({ embedding }) => embedding.length);
  },
  async "several choices"() {
    return (await ask({ n: 2 })).choices.map(({ message }) => message.content);
  },
  async stop() {
    const { choices } = await ask({ stop: ["simulated"] });
    return { text: choices[0].message.content, finish: choices[0].finish_reason };
  },
  async limit() {
    const { choices, usage } = await ask({ max_completion_tokens: 3 });
    return { finish: choices[0].finish_reason, tokens: usage.completion_tokens };
  },
  async logprobs() {
    return (await ask({ logprobs: true, top_logprobs: 2 })).choices[0].logprobs.content.length;
  },
  "wrong key": () => new OpenAI({ apiKey: "fh-wrong" }).chat.completions.create({ model, messages }),
  "model of others": () => ask({ model: "gpt-4o" }),
  "not offered": () => client.responses.create({ model, input: "Tere" }),
  "wrong request": () => ask({ temperature: 5 }),
  "server's failure": () => ask({ vllm_xargs: { rehearsal_fail: 503 } }, once),
  async abort() {
    const slow = { rehearsal_tokens: 400, rehearsal_token_ms: 50 };
    const began = Date.now();
    let chunks = 0;
    for await (const _ of await ask({ stream: true, vllm_xargs: slow })) if (++chunks === 5) break;
    return { chunks, seconds: (Date.now() - began) / 1000 };
  },
  async "too many requests"() {
    throw await refusal();
  },
  async "waits as told"() {
    const told = Number((await refusal()).headers.get("retry-after"));
    const began = Date.now();
    await ask({});
    return { told, seconds: (Date.now() - began) / 1000 };
  },
};

for (const name of process.argv.slice(2)) {
  const said = await features[name]().then(
    (result) => ({ result }),
    ({ constructor, status, message, headers }) => ({
      error: { types: [constructor.name], status, message, retryAfter: headers?.get("retry-after") ?? null },
    }),
  );
  console.log(JSON.stringify({ name, ...said }));
}
