import { expect, it } from "vitest";
import { diff, isSame } from "../../../policies/evidence/diff.ts";
import { evidenceLike, findingLike } from "./sample.ts";

const of = (...findings: Parameters<typeof findingLike>[0][]) => evidenceLike({ findings: findings.map(findingLike) });

it("finds nothing between two of the same but for the time", () => {
  expect(isSame(diff(evidenceLike(), evidenceLike({ at: "2027-01-01T00:00:00Z" })))).toBe(true);
});

it("tells findings that are new, gone and changed", () => {
  const before = of({ urn: "a" }, { urn: "b" }, { urn: "c", value: "eu-west-1" }, { urn: "e", verdict: "pending" });
  const now = of({ urn: "a" }, { urn: "c", value: "us-east-1" }, { urn: "d" }, { urn: "e", verdict: "broken" });
  const { fresh, gone, changed } = diff(before, now);
  expect(fresh.map(({ urn }) => urn)).toEqual(["d"]);
  expect(gone.map(({ urn }) => urn)).toEqual(["b"]);
  expect(changed.map(({ is }) => is.urn)).toEqual(["c", "e"]);
});

it("keeps apart several findings at one path", () => {
  const { gone, fresh } = diff(of({ value: "a" }, { value: "b" }), of({ value: "a" }));
  expect([gone.length, fresh.length]).toEqual([1, 0]);
});

it.each([
  ["a host", { declarations: [{ what: "host" as const, value: "*.x.de", origin: "f:1" }] }, "host *.x.de (f:1)"],
  [
    "a waiver",
    { waivers: [{ rule: "r", resource: "*", because: "b", approvedBy: "s", expires: "2027-01-01", uses: 0 }] },
    "waiver of r for *, by s until 2027-01-01",
  ],
])("tells %s that was declared since, and one that is no longer", (_, changes, said) => {
  const none = evidenceLike({ declarations: [], waivers: [] });
  const some = evidenceLike({ declarations: [], waivers: [], ...changes });
  expect(diff(none, some).declared).toEqual([said]);
  expect(diff(some, none).withdrawn).toEqual([said]);
});

it.each([
  ["the catalogue", { hashes: { pack: "1".repeat(64), catalogue: "9".repeat(64) } }, /^catalogue: 2+ is now 9+$/],
  ["the tool", { tool: { name: "freehold", version: "0.2.0", engine: "3.259.0" } }, /^freehold: 0.1.0 is now 0.2.0$/],
  ["what is enforced", { enforcement: [] }, /^enforcement: egress-closed advisory is now as the pack has it$/],
])("tells that %s changed", (_, changes, said) => {
  expect(diff(evidenceLike(), evidenceLike(changes)).other[0]).toMatch(said);
});

it("tells verdicts that changed, and that the other evidence is of something else", () => {
  const [first, ...rules] = evidenceLike().rules;
  const now = evidenceLike({
    verdict: "held",
    rules: [{ ...first!, verdict: "held" }, ...rules],
    subject: { kind: "manifests", name: "rendered", resources: 58 },
  });
  expect(diff(evidenceLike(), now)).toMatchObject({
    otherSubject: "stack shop/prod",
    verdict: { was: "broken", is: "held" },
    rules: [{ rule: "data-stays-here", was: "broken", is: "held" }],
  });
});
