import { randomUUID } from "node:crypto";
import { type Answer, calling } from "./answer.ts";
import type { Settings } from "./arguments.ts";
import { wordsOf } from "./context.ts";
import { valueFor } from "./json-value.ts";
import { impossible, misshapen } from "./refusal.ts";
import type { ChatBody, Tool } from "./request.ts";

/** How a request chose among its tools. */
export function choiceOf({ tools, tool_choice: choice }: ChatBody) {
  return choice ?? (tools?.length ? "auto" : "none");
}

/** Refuses what the engine refuses of tools; that is every choice among them where it has no parser of its model's calls. */
export function checkTools(body: ChatBody, { tools: parsed }: Settings): void {
  const value = (text: string, param: string | null) => misshapen(`Value error, ${text}`, param);
  if (body.tools?.length === 0) {
    throw value("`tools` must not be an empty array. Provide at least one tool or omit the field.", "body");
  }
  const choice = choiceOf(body);
  if (choice === "none") return;
  if (!body.tools) {
    throw value("When using `tool_choice`, `tools` must be set. (parameter=tool_choice)", "tool_choice");
  }
  if (typeof choice === "object" && !body.tools.some((tool) => tool.function.name === choice.function.name)) {
    const text = "The tool specified in `tool_choice` does not match any of the specified `tools`";
    throw value(`${text} (parameter=tool_choice)`, "tool_choice");
  }
  if (parsed) return;
  throw impossible(
    choice === "auto"
      ? '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
      : `tool_choice="${typeof choice === "string" ? choice : choice.function.name}" requires --tool-call-parser to be set`,
  );
}

/**
 * The call that answers a conversation, where it wants one: always where it must, else where the last message is the user's
 * and has the name of a tool in it, or a part of it with four letters or more.
 */
export function callFor(body: ChatBody): Answer | undefined {
  const choice = choiceOf(body);
  const tools = body.tools ?? [];
  if (choice === "none") return undefined;
  if (typeof choice === "object")
    return callOf(tools.filter(({ function: { name } }) => name === choice.function.name));
  const last = body.messages.at(-1)!;
  const words = last.role === "user" ? wordsOf(last).toLowerCase() : "";
  const meant = tools.filter(({ function: { name } }) => partsOf(name).some((part) => words.includes(part)));
  const called = choice === "required" && meant.length === 0 ? tools : meant;
  if (called.length === 0) return undefined;
  return callOf(meant.length > 0 && body.parallel_tool_calls !== false ? meant : called.slice(0, 1));
}

function callOf(tools: readonly Tool[]): Answer {
  return calling(
    tools.map(({ function: { name, parameters } }) => ({
      id: `chatcmpl-tool-${randomUUID().replaceAll("-", "")}`,
      name,
      arguments: JSON.stringify(valueFor(parameters ?? { type: "object" }, "tools")),
    })),
  );
}

function partsOf(name: string): string[] {
  const parts = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return [name.toLowerCase(), ...parts.filter(({ length }) => length >= 4)];
}
