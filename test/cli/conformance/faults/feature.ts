import { answers, type Known } from "../change.ts";
import { error } from "../double.ts";

/** Faults of what not every client uses. */
export const featureFaults: Known[] = [
  {
    name: "arguments of a call as an object",
    fault: answers("chat/completions", (body) => {
      const [call] = body.choices[0].message.tool_calls ?? [];
      if (call) call.function.arguments = { city: "Bern" };
    }),
    found: ["tools.call", "tools.required"],
  },
  {
    name: "a call that names another function",
    fault: answers("chat/completions", (body) => {
      const [call] = body.choices[0].message.tool_calls ?? [];
      if (call) call.function.name = "functions.get_weather";
    }),
    found: ["tools.call", "tools.required"],
  },
  {
    name: "a required call that says stop",
    fault: answers("chat/completions", (body) => {
      if (body.choices[0].finish_reason === "tool_calls") body.choices[0].finish_reason = "stop";
    }),
    found: ["tools.required"],
  },
  {
    name: "results of tools refused",
    fault: answers("chat/completions", (_, __, { body }) =>
      JSON.stringify(body.messages).includes('"role":"tool"')
        ? error(400, "invalid_request_error", "unknown role")
        : undefined,
    ),
    found: ["tools.result"],
  },
  {
    name: "a call where none may be",
    fault: answers("chat/completions", (body, _, asked) => {
      const called = { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } };
      if (asked.body.tool_choice === "none") body.choices[0].message.tool_calls = [called];
    }),
    found: ["tools.none"],
  },
  {
    name: "JSON in a fence",
    fault: answers("chat/completions", (body, _, asked) => {
      const { message } = body.choices[0];
      if (asked.body.response_format) message.content = `\`\`\`json\n${message.content}\n\`\`\``;
    }),
    found: ["json.object", "json.schema"],
  },
  {
    name: "a schema that is ignored",
    fault: answers("chat/completions", (body, _, asked) => {
      const { type } = (asked.body.response_format ?? {}) as { type?: string };
      if (type === "json_schema") body.choices[0].message.content = '{"town":"Bern"}';
    }),
    found: ["json.schema"],
  },
  {
    name: "embeddings without an index",
    fault: answers("embeddings", (body) => {
      for (const each of body.data) delete each.index;
    }),
    found: [...["embeddings.answer", "embeddings.batch", "embeddings.base64", "embeddings.tokens", "embeddings.usage"]],
  },
  {
    name: "one embedding for three inputs",
    fault: answers("embeddings", (body) => body.data.splice(1)),
    found: ["embeddings.batch"],
  },
  {
    name: "numbers where base64 was asked for",
    fault: answers("embeddings", (body) => {
      body.data[0].embedding = [0.25, -0.5, 1];
    }),
    found: ["embeddings.base64"],
  },
  {
    name: "base64 of 64-bit numbers",
    fault: answers("embeddings", ({ data: [first] }) => {
      if (typeof first.embedding === "string") first.embedding += first.embedding;
    }),
    found: ["embeddings.base64"],
  },
  {
    name: "tokens refused by embeddings",
    fault: answers("embeddings", (_, __, { body }) =>
      Array.isArray((body.input as unknown[])[0]) ? error(400, "invalid_request_error", "text only") : undefined,
    ),
    found: ["embeddings.tokens"],
  },
  {
    name: "a usage of embeddings that does not add up",
    fault: answers("embeddings", (body) => {
      body.usage.total_tokens += 1;
    }),
    found: ["embeddings.usage"],
  },
  {
    name: "completions that are chat",
    fault: answers("completions", (body) => {
      body.object = "chat.completion";
    }),
    found: ["completions.answer", "completions.usage"],
  },
  {
    name: "a response whose usage does not add up",
    fault: answers("responses", (body) => body.usage.total_tokens++),
    found: ["responses.usage"],
  },
  {
    name: "a response without a message",
    fault: answers("responses", (body) => {
      body.output = [];
    }),
    found: ["responses.answer"],
  },
  {
    name: "streamed responses without names of events",
    fault: {
      events: (all, { path }) => (path === "responses" ? all.map((each) => each.replace(/^event.*\n/, "")) : all),
    },
    found: ["responses.stream"],
  },
];
