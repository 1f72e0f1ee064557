import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { overdue, readings } from "../../catalogue/index.ts";

const folder = new URL("../../catalogue/", import.meta.url);

describe("readings", () => {
  const all = readings();
  const newest = all
    .map(({ read }) => read)
    .toSorted()
    .at(-1)!;

  it("are of every file, and of a day that has come", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
    const apart = ["review.yaml", "toolchain.yaml"]; // nothing is read again for them
    const expected = files.filter((name) => !apart.includes(name)).map((name) => `catalogue/${name}`);
    expect(all.map(({ file }) => file).toSorted()).toEqual(expected.toSorted());
    expect(Date.parse(newest)).toBeLessThan(Date.now() + 24 * 60 * 60 * 1000);
  });

  it("hold: no table has fallen so far behind the newest that it wants to be read again", () => {
    expect(overdue(all, newest).map(({ file, read }) => `${file}, read ${read}`)).toEqual([]);
  });

  it("are overdue the day after their days are over", () => {
    const reading = { file: "catalogue/instances.yaml", read: "2026-11-20", days: 180 };
    expect(overdue([reading], "2027-05-19")).toEqual([]);
    expect(overdue([reading], "2027-05-20")).toEqual([reading]);
  });

  it("are the oldest where a file has several", () => {
    const days = [...readFileSync(new URL("profiles.yaml", folder), "utf8").matchAll(/read: (\S+)/g)].map(
      ([, day]) => day,
    );
    expect(days.length).toBeGreaterThan(1);
    expect(all.find(({ file }) => file === "catalogue/profiles.yaml")?.read).toBe(days.toSorted()[0]);
  });
});
