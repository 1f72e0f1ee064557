import { beforeAll, describe, expect, it } from "vitest";
import type { Door } from "../../rehearsal/door.ts";
import { attacks } from "./attacks/all.ts";
import { type Attack, honest, sceneOf } from "./attacks/attack.ts";
import { faults, type Sent } from "./attacks/judge.ts";
import { Cell } from "./cell.ts";
import { keptBy } from "./kept.ts";
import { send } from "./wire.ts";

const atOnce = 8;

/** Who attacks whom; the attacked has a model of its own. `limited` may ask some times a minute, and no more. */
export type Parties = { own: string; other: string; limited: string; requestsPerMinute: number };

/** Tries every attack at a door that keeps records. */
export function attacked(door: () => Door, countryFile: string, parties: Parties): void {
  const { own, other, limited, requestsPerMinute } = parties;
  const sent = new Map<string, Sent>();
  const held: Sent[] = [];

  /** Tries some of the attacks in a tenant's name. */
  const tried = async (tenant: string, some: readonly Attack[], each: (one: Sent) => void) => {
    const scene = sceneOf(door(), tenant, other);
    const queue = some.entries();
    const attacker = async () => {
      for (const [number, { name, change }] of queue) {
        const wire = change(honest(scene.own, number), scene);
        each({ name, scene, wire, seen: await send(door(), wire) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, attacker));
  };

  beforeAll(async () => {
    await tried(own, attacks, (one) => sent.set(one.name, one));
    // What is taken for an honest question, however it is written.
    const passing = attacks.filter(({ statuses }) => statuses.join() === "200");
    await tried(limited, passing, (one) => held.push(one));
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
      const found = async () => faults([...sent.values(), ...held], served, await keptBy(door(), countryFile));
      await expect.poll(found, { timeout: 30_000, interval: 500 }).toEqual([]);
    });

    it("are all held to their tenant's limit, whoever they say they are and wherever they knock", () => {
      const answered = held.filter(({ seen }) => seen.statuses[0] !== 429);
      expect(held.length).toBeGreaterThan(60);
      // A minute may end meanwhile, and what comes at once is let in together.
      expect(answered.length).toBeLessThanOrEqual(2 * requestsPerMinute + atOnce);
      expect(answered.length).toBeGreaterThan(0);
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
