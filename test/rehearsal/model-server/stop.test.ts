import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { eventsOf, saying, start, until, usual } from "./client.ts";

const path = "/v1/chat/completions";
const slow = { rehearsal_tokens: 40, rehearsal_token_ms: 5 };

it("answers what is under way, refuses what is new, and ends", async () => {
  const client = await start("--shutdown-timeout=600");
  const response = await client.post(path, saying("Hello", { stream: true, vllm_xargs: slow }));
  const stopped = client.server.stop();
  expect(await client.refused(path, saying("Hello"))).toMatchObject({ code: 503, type: "Service Unavailable" });
  expect((await fetch(`${client.url}/health`)).status).toBe(200);
  expect(eventsOf(await response.text()).at(-1)!.usage.completion_tokens).toBe(40);
  await stopped;
  await expect(fetch(`${client.url}/health`)).rejects.toThrow();
  expect(client.server.stop()).toBe(client.server.stop());
});

it("cuts off what takes longer than it was given", async () => {
  const client = await start("--shutdown-timeout=0");
  const response = await client.post(
    path,
    saying("Hello", { stream: true, vllm_xargs: { ...slow, rehearsal_token_ms: 3_600_000 } }),
  );
  await client.server.stop();
  await expect(response.text()).rejects.toThrow();
});

const server = join(import.meta.dirname, "../../../rehearsal/model-server.ts");

/** A model server as a process of its own. */
function asProcess(...words: string[]) {
  const child = spawn(process.execPath, [server, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const told: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => told.push(line));
  return { child, told, ended: once(child, "close") };
}

it("starts and stops as a process, and says what it is", async () => {
  const { child, told, ended } = asProcess(...usual, "--shutdown-timeout=600");
  await until(() => told.length > 0);
  const [, port] = /serves llama \(words, 1000 tokens\) on 127\.0\.0\.1:(\d+)\.$/.exec(told[0]!)!;
  expect(told[0]).toMatch(/^Simulated vLLM /);
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(saying("Hello", { stream: true, vllm_xargs: slow })),
  });
  child.kill("SIGTERM");
  expect(eventsOf(await response.text()).at(-1)!.usage.completion_tokens).toBe(40);
  expect(await ended).toEqual([0, null]);
  expect(told[1]).toMatch(/SIGTERM: answers what is under way/);
});

it("waits as a worker of a group, and serves nothing", async () => {
  const { child, told, ended } = asProcess("/models/llama", "--max-model-len=10", "--node-rank=1", "--headless");
  await until(() => told.length > 0);
  expect(told).toEqual([expect.stringMatching(/^Simulated vLLM .*: a worker of a group, which serves nothing\.$/)]);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

it("ends with 2 and one line where it does not know a flag", async () => {
  const { told, ended } = asProcess("/models/llama", "--max-model-len=10", "--enable-magic");
  expect(await ended).toEqual([2, null]);
  expect(told).toEqual([
    expect.stringMatching(/^model-server: error: unrecognized arguments: --enable-magic \(known here: /),
  ]);
});
