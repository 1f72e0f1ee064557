import { expect, it } from "vitest";
import { engine, model } from "../../../catalogue/index.ts";
import { engines, type Run } from "../../../components/engine.ts";
import { ArgumentFault, settingsOf } from "../../../rehearsal/model-server/arguments.ts";
import { dialect } from "../../../rehearsal/model-server/dialect.ts";
import { blockTokens } from "../../../rehearsal/model-server/prefix-cache.ts";

const run: Run = {
  weights: "/models/llama",
  servedName: "llama",
  image: "registry.example/vllm/vllm-openai:v1",
  parsers: undefined,
  gpus: 2,
  nodes: 1,
  contextTokens: 8192,
  precision: "bf16",
  kvCache: "fp8",
  prefixCache: true,
  embeds: false,
  sliced: false,
  startSeconds: 1800,
  role: "alone",
};

const argsOf = (more: Partial<Run> = {}) =>
  engines.vllm.args({ ...run, ...more }).map((word) => word.replace("$(LWS_WORKER_INDEX)", "1"));

it("understands everything that the stack says to the engine", () => {
  expect(settingsOf(argsOf())).toEqual({
    weights: "/models/llama",
    servedNames: ["llama"],
    contextTokens: 8192,
    host: undefined,
    port: engines.vllm.port,
    embeds: false,
    headless: false,
    prefixCache: true,
    forceUsage: true,
    promptDetails: true,
    tools: false,
    atOnce: Number.POSITIVE_INFINITY,
    drainSeconds: engines.vllm.drainSeconds,
  });
  expect(settingsOf(argsOf({ embeds: true, prefixCache: false }))).toMatchObject({ embeds: true, prefixCache: false });
  const parsers = model("swiss-ai/Apertus-8B-Instruct-2509").parsers.vllm;
  const image = `registry.example/${engine("vllm").images.nvidia}`;
  expect(settingsOf(argsOf({ parsers, image })).tools).toBe(true);
  expect(settingsOf(argsOf({ parsers: { ...parsers!, template: undefined, reasoning: "qwen3" } })).tools).toBe(true);
  expect(settingsOf(argsOf({ sliced: true })).atOnce).toBe(engine("vllm").sizing.batch.value.sequences);
  expect(settingsOf(argsOf({ nodes: 2, role: "leader" })).headless).toBe(false);
  expect(settingsOf(argsOf({ nodes: 2, role: "worker" })).headless).toBe(true);
});

it("speaks the dialect of the version that the catalogue brings", () => {
  expect(engine("vllm").images.nvidia).toMatch(new RegExp(`:v${dialect.replaceAll(".", "\\.")}$`));
  expect(blockTokens).toBe(engine("vllm").sizing.block_tokens.value);
});

const least = ["/models/llama", "--max-model-len=10"];

it("reads flags as the engine's parser does", () => {
  const settings = settingsOf([
    "--max_model_len",
    "10",
    "/models/llama",
    "--served-model-name",
    "a",
    "b",
    "--port",
    "1",
  ]);
  expect(settings).toMatchObject({ contextTokens: 10, servedNames: ["a", "b"], port: 1, drainSeconds: 0 });
  expect(settingsOf([...least, "--no-enable-prefix-caching", "--enable-prefix-caching"]).prefixCache).toBe(true);
  expect(settingsOf([...least, "--enable-prefix-caching", "--no-enable-prefix-caching"]).prefixCache).toBe(false);
  expect(settingsOf(least)).toMatchObject({ servedNames: ["/models/llama"], port: 8000, prefixCache: true });
  expect(settingsOf([...least, "--enable-auto-tool-choice", "--tool-call-parser=hermes"]).tools).toBe(true);
  expect(settingsOf([...least, "--tool-call-parser=hermes"]).tools).toBe(false);
});

it.each([
  [[...least, "--max-model-length=3"], /^unrecognized arguments: --max-model-length \(known here: .*--max-model-len, /],
  [[...least, "--toString"], /^unrecognized arguments: --toString /],
  [[...least, "-x"], /^unrecognized arguments: -x /],
  [[...least, "another"], /^unrecognized arguments: another /],
  [["--max-model-len=10"], /^the following arguments are required: model_tag$/],
  [["/models/llama"], /^--max-model-len is required/],
  [[...least, "--port=http"], /^argument --port: invalid int value: 'http'$/],
  [[...least, "--port"], /^argument --port: expected one argument$/],
  [[...least, "--port", "--headless"], /^argument --port: expected one argument$/],
  [[...least, "--gpu-memory-utilization=much"], /^argument --gpu-memory-utilization: invalid float value: 'much'$/],
  [[...least, "--runner=embed"], /^argument --runner: invalid choice: 'embed' \(choose from auto, draft, /],
  [[...least, "--headless=yes"], /^argument --headless: ignored explicit argument 'yes'$/],
  [[...least, "--enable-auto-tool-choice"], /^--enable-auto-tool-choice requires --tool-call-parser$/],
  [
    [...least, "--enable-auto-tool-choice", "--tool-call-parser=llama"],
    /^invalid tool call parser: llama \(chose from \{ apertus,.*,xlam \}\)$/,
  ],
  [
    [...least, "--reasoning-parser=hermes"],
    /^invalid reasoning parser: hermes \(chose from \{ cohere_command3,.* \}\)$/,
  ],
])("refuses %j as the engine's parser does", (words, text) => {
  expect(() => settingsOf(words)).toThrow(ArgumentFault);
  expect(() => settingsOf(words)).toThrow(text);
});
