import { engine } from "../../catalogue/index.ts";

/** What the server was told at its start, as far as it matters here. */
export type Settings = {
  /** Folder of the weights, which nobody opens. */
  weights: string;
  servedNames: [string, ...string[]];
  contextTokens: number;
  host: string | undefined;
  port: number;
  embeds: boolean;
  headless: boolean;
  prefixCache: boolean;
  forceUsage: boolean;
  promptDetails: boolean;
  /** Tools are called only where the engine was told how its model writes that. */
  tools: boolean;
  /** Requests that are generated at once; without the flag none waits, since the engine would choose by its GPU. */
  atOnce: number;
  drainSeconds: number;
};

/** An argument that the engine's own parser would refuse. */
export class ArgumentFault extends Error {}

type Kind = "switch" | "text" | "texts" | "integer" | "number" | readonly string[];

const onOff = (name: string): Record<string, Kind> => ({ [`--${name}`]: "switch", [`--no-${name}`]: "switch" });

const flags: Record<string, Kind> = {
  "--served-model-name": "texts",
  "--runner": ["auto", "draft", "generate", "pooling"],
  "--max-model-len": "integer",
  "--host": "text",
  "--port": "integer",
  "--shutdown-timeout": "integer",
  "--max-num-seqs": "integer",
  "--tool-call-parser": "text",
  "--reasoning-parser": "text",
  "--chat-template": "text",
  ...onOff("headless"),
  ...onOff("enable-prefix-caching"),
  ...onOff("enable-force-include-usage"),
  ...onOff("enable-prompt-tokens-details"),
  ...onOff("enable-auto-tool-choice"),
  // What is asked of GPUs, of other nodes and of pages that are not here.
  ...onOff("disable-fastapi-docs"),
  "--disable-access-log-for-endpoints": "text",
  "--dtype": ["auto", "half", "float16", "bfloat16", "float", "float32"],
  "--kv-cache-dtype": "text",
  "--gpu-memory-utilization": "number",
  "--max-num-batched-tokens": "integer",
  "--tensor-parallel-size": "integer",
  "--pipeline-parallel-size": "integer",
  "--distributed-executor-backend": "text",
  "--distributed-timeout-seconds": "integer",
  "--nnodes": "integer",
  "--node-rank": "integer",
  "--master-addr": "text",
  "--master-port": "integer",
};

/** Reads the arguments of `vllm serve`, and refuses what its parser would refuse. */
export function settingsOf(words: readonly string[]): Settings {
  const given = read(words);
  const text = (flag: string) => given.get(flag)?.at(-1);
  const integer = (flag: string) => (given.has(flag) ? Number(text(flag)) : undefined);
  const on = (name: string, standard: boolean) => {
    const last = [...given.keys()].findLast((flag) => flag === `--${name}` || flag === `--no-${name}`);
    return last === undefined ? standard : last === `--${name}`;
  };
  const weights = text("");
  if (weights === undefined) throw new ArgumentFault("the following arguments are required: model_tag");
  const contextTokens = integer("--max-model-len");
  if (contextTokens === undefined) {
    throw new ArgumentFault("--max-model-len is required: a stand-in has no weights to read it from");
  }
  const tools = on("enable-auto-tool-choice", false);
  if (tools && !given.has("--tool-call-parser")) {
    throw new ArgumentFault("--enable-auto-tool-choice requires --tool-call-parser");
  }
  const parsers = engine("vllm").parsers.value;
  if (tools) checkParser("tool call", parsers.tools, text("--tool-call-parser"));
  checkParser("reasoning", parsers.reasoning, text("--reasoning-parser"));
  const [name = weights, ...names] = given.get("--served-model-name") ?? [];
  return {
    weights,
    servedNames: [name, ...names],
    contextTokens,
    host: text("--host"),
    port: integer("--port") ?? 8000,
    embeds: text("--runner") === "pooling",
    headless: on("headless", false),
    prefixCache: on("enable-prefix-caching", true),
    forceUsage: on("enable-force-include-usage", false),
    promptDetails: on("enable-prompt-tokens-details", false),
    tools,
    atOnce: integer("--max-num-seqs") ?? Number.POSITIVE_INFINITY,
    drainSeconds: integer("--shutdown-timeout") ?? 0,
  };
}

/** The values of each flag, in the order in which flags came last; the model's place is under no name. */
function read(words: readonly string[]): Map<string, string[]> {
  const given = new Map<string, string[]>();
  const queue = [...words];
  const keep = (flag: string, values: string[]) => {
    given.delete(flag);
    given.set(flag, values);
  };
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const [, written, after] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (written === undefined) {
      if (given.has("") || word.startsWith("-")) throw unknown(word);
      keep("", [word]);
      continue;
    }
    const flag = written.replaceAll("_", "-");
    const kind = Object.hasOwn(flags, flag) ? flags[flag]! : undefined;
    if (kind === undefined) throw unknown(written);
    const values = after === undefined ? [] : [after];
    if (kind === "switch") {
      if (after !== undefined) throw new ArgumentFault(`argument ${flag}: ignored explicit argument '${after}'`);
    } else {
      const room = kind === "texts" ? Number.POSITIVE_INFINITY : 1;
      const asked = after === undefined;
      while (asked && values.length < room && queue[0] !== undefined && !queue[0].startsWith("--")) {
        values.push(queue.shift()!);
      }
      if (values.length === 0) throw new ArgumentFault(`argument ${flag}: expected one argument`);
      for (const value of values) check(flag, kind, value);
    }
    keep(flag, values);
  }
  return given;
}

function check(flag: string, kind: Kind, value: string): void {
  if (kind === "integer" && !/^-?\d+$/.test(value)) {
    throw new ArgumentFault(`argument ${flag}: invalid int value: '${value}'`);
  }
  if (kind === "number" && (value.trim() === "" || !Number.isFinite(Number(value)))) {
    throw new ArgumentFault(`argument ${flag}: invalid float value: '${value}'`);
  }
  if (typeof kind === "object" && !kind.includes(value)) {
    throw new ArgumentFault(`argument ${flag}: invalid choice: '${value}' (choose from ${kind.join(", ")})`);
  }
}

function checkParser(kind: string, known: readonly string[], name: string | undefined): void {
  if (!name || known.includes(name)) return;
  throw new ArgumentFault(`invalid ${kind} parser: ${name} (chose from { ${known.join(",")} })`);
}

function unknown(word: string): ArgumentFault {
  const known = Object.keys(flags).filter((flag) => !flag.startsWith("--no-"));
  return new ArgumentFault(`unrecognized arguments: ${word} (known here: ${known.join(", ")})`);
}
