import { beforeAll, describe, expect, it } from "vitest";
import type { Door } from "../../rehearsal/door.ts";
import { attacks } from "./attacks/all.ts";
import { honest, sceneOf } from "./attacks/attack.ts";
import { faults, type Sent } from "./attacks/judge.ts";
import { Cell } from "./cell.ts";
import { keptBy } from "./kept.ts";
import { send } from "./wire.ts";

const atOnce = 8;

/** Tries every attack at a door that keeps records and has two tenants, of whom the second has a model of its own. */
export function attacked(door: () => Door, countryFile: string, own: string, other: string): void {
  const sent = new Map<string, Sent>();

  beforeAll(async () => {
    const scene = sceneOf(door(), own, other);
    const queue = attacks.entries();
    const attacker = async () => {
      for (const [number, { name, change }] of queue) {
        const wire = change(honest(scene.own, number), scene);
        sent.set(name, { name, scene, wire, seen: await send(door(), wire) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, attacker));
  });

  it.each(attacks)("$name", ({ name, statuses }) => {
    const { seen } = sent.get(name)!;
    for (const status of seen.statuses) expect(statuses, seen.text).toContain(status);
  });

  describe("together", () => {
    it("are more than sixty, each with a name of its own", () => {
      expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length);
      expect(attacks.length).toBeGreaterThan(200);
    });

    it("tell nothing of another tenant, and leave records of what they were and nothing else", async () => {
      const served = await new Cell(door()).served();
      expect(served.length).toBeGreaterThan(60);
      const found = async () => faults([...sent.values()], served, await keptBy(door(), countryFile));
      await expect.poll(found, { timeout: 30_000, interval: 500 }).toEqual([]);
    });

    it("would be seen if they got through", async () => {
      const records = await keptBy(door(), countryFile);
      const served = await new Cell(door()).served();
      const all = [...sent.values()];
      const lost = served.at(-1)!.request_id;
      expect(
        faults(
          all,
          served,
          records.filter(({ id }) => id !== lost),
        ).join(),
      ).toContain("there is no record");
      const forged = records.map((record) => (record.id === lost ? { ...record, tenant: other } : record));
      expect(faults(all, served, forged)).not.toEqual([]);
      const { scene, seen } = all[0]!;
      const told = { ...all[0]!, seen: { ...seen, text: scene.other.key } };
      expect(faults([told], [], [])).toEqual([`${told.name}: the answer tells a key`]);
    });
  });
}
