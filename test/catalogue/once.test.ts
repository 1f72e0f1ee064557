import { describe, expect, it } from "vitest";
import { z } from "zod";
import { filesIn, known, once } from "../../catalogue/once.ts";

describe("a file of the catalogue", () => {
  it("that is not what its schema says is our own mistake, and is named", () => {
    expect(() => once("profiles.yaml", z.record(z.string(), z.strictObject({ own_replicas: z.string() })))).toThrow(
      /catalogue\/profiles\.yaml is not what its schema says\n.*own_replicas/s,
    );
  });

  it("is read once", () => {
    const shape = z.record(z.string(), z.looseObject({}));
    expect(once("engines.yaml", shape)).toBe(once("engines.yaml", shape));
  });

  it("is an id by its path, folders included", () => {
    expect(filesIn("models")).toContain("swiss-ai/Apertus-70B-Instruct-2509");
    expect(filesIn("accelerators")).toEqual(filesIn("accelerators").toSorted());
  });
});

describe("an id", () => {
  it("is never found on a prototype", () => {
    expect(known("thing", { a: 1 }, "a")).toBe(1);
    expect(() => known("thing", { a: 1 }, "constructor")).toThrow('the catalogue has no thing "constructor"');
  });
});
