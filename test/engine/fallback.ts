import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { call, configOf } from "../../rehearsal/api-call.ts";
import type { Door } from "../../rehearsal/door.ts";
import { ask, recordOf } from "./caller.ts";

/** Tests what clients of `asked` see while it has no replicas, and its fallback `standIn` has. */
export function itFallsBack(door: () => Door, tenant: string, asked: string, standIn: string): void {
  const chat = (rest: object = {}, leaveAfter?: number) =>
    ask(door(), "/v1/chat/completions", {
      tenant,
      ...(leaveAfter && { leaveAfter }),
      body: { model: asked, messages: [{ role: "user", content: "Who answers?" }], ...rest },
    });
  const scale = async (replicas: number) => {
    const config = configOf(join(door().root, "../../kubeconfig"));
    const path = `/apis/apps/v1/namespaces/freehold-models/deployments/${asked}/scale`;
    const type = { "content-type": "application/merge-patch+json" };
    expect((await call(config, "PATCH", path, type, JSON.stringify({ spec: { replicas } }))).status).toBe(200);
  };
  /** Asks until `model` answers from each of the proxies: every status on the way there, and how long it was. */
  const until = async (model: string) => {
    const statuses: number[] = [];
    let inARow = 0;
    for (const began = performance.now(); ; await sleep(100)) {
      const { status, body } = await chat();
      statuses.push(status);
      const tookMs = performance.now() - began;
      inARow = body.model === model ? inARow + 1 : 0;
      if (inARow === 8) return { statuses, tookMs };
      if (tookMs > 120_000) throw new Error(`${model} does not answer: ${JSON.stringify(body)}`);
    }
  };

  it("has a fallback answer while a model has no replicas, tells who did, and goes back", async () => {
    expect((await chat()).body.model).toBe(asked);
    await scale(0);
    const away = await until(standIn);
    const stream = await chat({ stream: true });
    expect(stream.text).toContain(`"model":"${standIn}"`);
    const slowly = { rehearsal_tokens: 4000, rehearsal_token_ms: 5 };
    const dropped = await chat({ stream: true, max_tokens: 4000, vllm_xargs: slowly }, 3000);
    for (const answer of [stream, dropped])
      expect(await recordOf(door(), answer)).toMatchObject({ model: asked, served: standIn });
    await scale(1);
    const back = await until(asked);
    expect(await recordOf(door(), await chat())).toMatchObject({ model: asked, served: asked });
    for (const [where, { statuses, tookMs }] of Object.entries({ away, back })) {
      const counts = Object.entries(Object.groupBy(statuses, String)).map(
        ([status, all]) => `${all!.length} × ${status}`,
      );
      console.log(`${where}: ${counts.join(", ")} in ${(tookMs / 1000).toFixed(1)} s`);
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
    }
  });
}
