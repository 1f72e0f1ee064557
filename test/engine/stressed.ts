import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { Balance } from "../../bench/door/balance.ts";
import type { Had } from "../../bench/door/clients.ts";
import { balanced, crowd, type Ground, kinds } from "../../bench/door/crowd.ts";
import { deeds } from "../../bench/door/deeds.ts";
import type { Door } from "../../rehearsal/door.ts";
import { Cell } from "./cell.ts";

const streams = 200;
const seconds = 12;
const shortsEachSecond = 10;
/** All streams are open by then. */
const openMs = 5500;

/** Restarts the parts of a door that keeps records while clients of a tenant are answered. */
export function stressed(door: () => Door, countryFile: string, tenant: string, model: string): void {
  /** What clients had while these things happened, one a second. */
  const during = async (names: string[]): Promise<{ had: Had[]; sums: Balance }> => {
    const ground: Ground = { door: door(), cell: new Cell(door()), countryFile };
    const had = await crowd(ground, tenant, kinds(model, streams, seconds, shortsEachSecond), async () => {
      await sleep(openMs);
      for (const name of names) {
        await deeds.find((deed) => deed.name === name)!.does(ground.cell, model);
        await sleep(1000);
      }
    });
    return { had, sums: await balanced(ground, had) };
  };
  const asked = streams + (seconds + 5) * shortsEachSecond;

  describe("when what clients do not talk to dies", () => {
    let had: Had[];
    let sums: Balance;
    beforeAll(async () => {
      ({ had, sums } = await during(["Envoy Gateway dies", "AI Gateway dies", "both recorders die", "Postgres dies"]));
    });

    it("answers everything whole", () => {
      expect(sums).toMatchObject({ asked, whole: asked, cut: 0, refused: {}, none: {} });
      expect(new Set(had.map(({ id }) => id)).size).toBe(asked);
    });

    it("records all of it, once, with the tokens that clients were told", () => {
      expect(sums).toMatchObject({ unrecorded: 0, otherTokens: 0, silent: 0 });
    });
  });

  describe("when what clients depend on dies", () => {
    let sums: Balance;
    beforeAll(async () => {
      ({ sums } = await during(["Valkey dies", "one model server dies", "one proxy's AI Gateway processor dies"]));
    });

    it("says so to everybody whom it does not answer whole", () => {
      const { whole, cut, refused, none } = sums;
      expect(none).toEqual({});
      // Without counters it refuses; without a processor it cannot go on.
      expect(Object.keys(refused).filter((status) => status !== "500" && status !== "503")).toEqual([]);
      const others = Object.values(refused).reduce((sum, count) => sum + count, 0);
      expect(whole + cut + others).toBe(asked);
      expect(cut).toBeGreaterThan(0);
      // A server and a proxy of two each took away no more than what they were at.
      expect(cut).toBeLessThan(streams);
    });

    it("records all of it, and of what broke off no fewer tokens than had gone out", () => {
      expect(sums).toMatchObject({ unrecorded: 0, otherTokens: 0, cutUnrecorded: 0, cutFewer: 0, silent: 0 });
    });
  });
}
