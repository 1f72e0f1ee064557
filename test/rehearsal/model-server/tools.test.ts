import { expect, it } from "vitest";
import { type Event, saying, start } from "./client.ts";

const path = "/v1/chat/completions";
const parsed = ["--enable-auto-tool-choice", "--tool-call-parser=hermes"];
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, unit: { enum: ["celsius", "kelvin"] } },
      required: ["city"],
    },
  },
};
const clock = { type: "function", function: { name: "readClock" } };
const tools = [weather, clock];
const named = { type: "function", function: { name: "readClock" } };

it("calls the tool that the user asks for", async () => {
  await using client = await start(...parsed);
  const { choices, usage } = await client.json(path, saying("What is the weather in Bern?", { tools }));
  expect(choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { content: null, tool_calls: [{ type: "function", function: { name: "get_weather" } }] },
  });
  const [call] = choices[0].message.tool_calls;
  expect(call.id).toMatch(/^chatcmpl-tool-[0-9a-f]{32}$/);
  expect(JSON.parse(call.function.arguments)).toEqual({ city: "simulated", unit: "celsius" });
  expect(usage.completion_tokens).toBeGreaterThan(1);
});

it("streams calls piece by piece", async () => {
  await using client = await start(...parsed);
  const events = await client.stream(path, saying("Weather and clock?", { tools }));
  const deltas: Event[] = events.flatMap(({ choices }) => choices).flatMap(({ delta }) => delta.tool_calls ?? []);
  const calls = [0, 1].map((index) => deltas.filter((delta) => delta.index === index));
  for (const [at, name] of ["get_weather", "readClock"].entries()) {
    const [first, ...rest] = calls[at]!;
    expect(first).toMatchObject({ type: "function", function: { name, arguments: "" } });
    expect(rest.every((delta) => !("id" in delta) && !("name" in delta.function))).toBe(true);
    expect(JSON.parse(rest.map((delta) => delta.function.arguments).join(""))).toBeTypeOf("object");
  }
  expect(events.at(-2)!.choices[0].finish_reason).toBe("tool_calls");
  expect(events.at(-1)!.usage.completion_tokens).toBe(deltas.length);
});

it.each<[string, string, object, string[], string]>([
  ["none is meant", "Hello", {}, [], "stop"],
  ["none may be called", "The weather?", { tool_choice: "none" }, [], "stop"],
  ["one must be called", "Hello", { tool_choice: "required" }, ["get_weather"], "tool_calls"],
  ["one is named", "The weather?", { tool_choice: named }, ["readClock"], "stop"],
  ["two are meant", "Weather and clock?", {}, ["get_weather", "readClock"], "tool_calls"],
  ["one at a time", "Weather and clock?", { parallel_tool_calls: false }, ["get_weather"], "tool_calls"],
])("calls what it should where %s", async (_, text, more, names, reason) => {
  await using client = await start(...parsed);
  const { choices } = await client.json(path, saying(text, { tools, ...more }));
  const calls: Event[] = choices[0].message.tool_calls ?? [];
  expect(calls.map((call) => call.function.name)).toEqual(names);
  expect(choices[0].finish_reason).toBe(reason);
});

it("answers in words once the tool has spoken", async () => {
  await using client = await start(...parsed);
  const asked = saying("What is the weather in Bern?", { tools });
  const { choices } = await client.json(path, asked);
  const [call] = choices[0].message.tool_calls;
  const messages = [...asked.messages, choices[0].message, { role: "tool", tool_call_id: call.id, content: "rain" }];
  const answer = await client.json(path, { ...asked, messages });
  expect(answer.choices[0]).toMatchObject({ finish_reason: "stop", message: { role: "assistant" } });
  expect(answer.choices[0].message.content).toMatch(/simulated/);
});

it.each<[string, object, RegExp]>([
  ["auto", {}, /^"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set$/],
  ["required", { tool_choice: "required" }, /^tool_choice="required" requires --tool-call-parser to be set$/],
  ["a tool", { tool_choice: named }, /^tool_choice="readClock" requires --tool-call-parser to be set$/],
])("refuses %s, as the engine does, where it was not told how its model writes calls", async (_, more, text) => {
  await using client = await start();
  const error = await client.refused(path, saying("Hi", { tools, ...more }));
  expect(error).toMatchObject({ code: 400, type: "BadRequestError", param: null });
  expect(error.message).toMatch(text);
  expect((await client.json(path, saying("Hi", { tools, tool_choice: "none" }))).choices).toHaveLength(1);
});

it.each([
  [{ tool_choice: { type: "function", function: { name: "other" } } }, /does not match any/],
  [{ tool_choice: "sometimes" }, /body\.tool_choice/],
  [{ tools: [{ type: "function" }] }, /body\.tools\.0\.function/],
])("refuses %j", async (more, text) => {
  await using client = await start(...parsed);
  expect((await client.refused(path, saying("Hi", { tools, ...more }))).message).toMatch(text);
});
