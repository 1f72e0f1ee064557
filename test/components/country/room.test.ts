import { describe, expect, it } from "vitest";
import { hasRoom, judgeRoom } from "../../../components/country/fit/room.ts";
import type { Server } from "../../../components/country/fit/servers.ts";

type Pool = Parameters<typeof hasRoom>[0];
const pool = (nodes: number): Pool => ({ accelerator: "h200-sxm", nodes, gpusPerNode: 8, sharing: { kind: "whole" } });

function server(model: string, changes: Partial<Server> = {}): Server {
  return { name: model, model, pool: "h200", gpus: 1, nodes: 1, replicas: 1, scales: false, ...changes };
}

describe("room in a pool", () => {
  it("is for replicas in one piece, whatever is left over elsewhere", () => {
    expect(hasRoom(pool(2), [server("a", { gpus: 5, replicas: 2 }), server("b", { gpus: 3, replicas: 2 })])).toBe(true);
    expect(hasRoom(pool(2), [server("a", { gpus: 5, replicas: 3 })])).toBe(false);
  });

  it("is on as many different nodes as a replica spans", () => {
    const wide = (replicas: number, gpus: number) => server("wide", { nodes: 2, gpus, replicas });
    expect(hasRoom(pool(2), [wide(2, 4)])).toBe(true);
    expect(hasRoom(pool(2), [wide(3, 4)])).toBe(false);
    expect(hasRoom(pool(1), [wide(1, 4)])).toBe(false);
    expect(hasRoom(pool(2), [wide(1, 8)])).toBe(true);
    expect(hasRoom(pool(2), [wide(1, 8), server("small")])).toBe(false);
  });

  it("is as many instances as the GPUs are cut into", () => {
    const cut = { ...pool(1), sharing: { kind: "mig" as const, profile: "2g.35gb" } };
    expect(hasRoom(cut, [server("small", { replicas: 24 })])).toBe(true);
    expect(hasRoom(cut, [server("small", { replicas: 25 })])).toBe(false);
  });

  it("is told with what takes it, tenants' own replicas apart, however many models there are", () => {
    const own = server("apertus", { name: "kanton-apertus", tenant: "kanton", gpus: 4, replicas: 2 });
    const many = Array.from({ length: 20 }, (_, index) => server(`model-${index}`));
    const [fault] = judgeRoom("h200", pool(1), [server("apertus", { gpus: 4 }), own, ...many]);
    expect(fault?.found).toBe(
      "1 node of 8 GPUs for models that take 32 GPUs on 4 nodes: apertus 3 × 4 (2 of them tenants' own), model-0 1 × 1, model-1 1 × 1, model-2 1 × 1, and 17 more models",
    );
    expect(fault?.remedy).toBe("write  nodes: 4  or  fewer replicas");
  });

  it("is nobody's concern in another pool", () => {
    expect(judgeRoom("h200", pool(1), [server("elsewhere", { pool: "b200", replicas: 100 })])).toEqual([]);
  });
});
