import process from "node:process";
import { expect, it } from "vitest";
import { guardText } from "../../cli/guard/text.ts";
import { diff } from "../../policies/evidence/diff.ts";
import { evidenceLike, findingLike } from "../policies/evidence/sample.ts";

const text = (...[evidence, difference, next = []]: Partial<Parameters<typeof guardText>>) =>
  guardText(evidence ?? evidenceLike(), difference, next, process.stdout);

it("says what is broken, then what is open and waived, then what was judged and by what", () => {
  const said = text();
  const order = [
    "2 findings break residency in Germany.",
    "data-stays-here  2 broken",
    'aws:s3/bucket:Bucket "archive"',
    "nothing-hidden  1 undecidable",
    "a template that makes resources of its own: cannot be decided from here",
    "1 pending: decided at up, before the resource is created",
    'aws:s3/bucket:Bucket "vault"  keyId',
    "1 waived: each use is in the evidence",
    "logs-stay-here, by security@alpen.example until 2027-03-31",
    "shop/prod, a stack as it stands: 58 resources",
    "egress-closed is advisory by --policy-pack-config",
  ];
  const places = order.map((each) => said.indexOf(each));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

it("names the articles that a broken rule serves", () => {
  const said = text();
  const law = "General Data Protection Regulation, (EU) 2016/679";
  expect(said).toContain(
    `  law      ${law} Art. 28(3): A processor acts on documented instructions, transfers included.\n`,
  );
  expect(said).toContain(`           ${law} Art. 44: No transfer to a third country`);
});

it("puts what the engine itself does before what the program asks for", () => {
  const engine = findingLike({ type: "pulumi:engine:Settings", name: "engine", path: "backend", urn: "z" });
  const said = text(evidenceLike({ findings: [findingLike(), engine] }));
  expect(said.indexOf('"engine"')).toBeLessThan(said.indexOf('"archive"'));
});

it("says what changed since, or that nothing did", () => {
  const before = evidenceLike({ findings: [] });
  expect(text(evidenceLike(), diff(before, evidenceLike()))).toMatch(/new +data-stays-here {2}archive {2}region\n/);
  expect(text(evidenceLike(), diff(evidenceLike(), evidenceLike()))).toContain("  Nothing has changed.");
});

it("says what to do next only where there is something", () => {
  expect(text()).not.toContain("Next");
  expect(text(undefined, undefined, ["run again"])).toMatch(/Next\n {2}run again$/);
});

it("prints nothing that a terminal would obey", () => {
  const name = "a\u001b[2K\u009b1A\u202eb\nheld";
  const said = text(
    evidenceLike({ findings: [findingLike({ name, value: name, path: name })] }),
    diff(evidenceLike(), evidenceLike({ findings: [findingLike({ name })] })),
  );
  expect(said).toContain("a\ufffd[2K\ufffd1A\ufffdb held");
  expect(said.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
