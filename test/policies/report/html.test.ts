import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { diff } from "../../../policies/evidence/diff.ts";
import { htmlReport } from "../../../policies/report/html.ts";
import { evidenceLike, findingLike } from "../evidence/sample.ts";

const none = { held: 9, broken: 0, pending: 0, undecidable: 0, waived: 0 };
const sentence = (page: string) => /<h1>(.*?)<\/h1>/.exec(page)?.[1];

it.each([
  ["broken", { broken: 1, undecidable: 4 }, "1 finding breaks residency in Germany."],
  ["undecidable", { undecidable: 2 }, "Nothing is known to leave Germany, but 2 findings cannot be decided."],
  ["pending", { pending: 3 }, "Nothing that is known leaves Germany; 3 values will be known at up."],
  ["waived", { waived: 1 }, "Nothing leaves Germany but what 1 waiver use lets go."],
  ["held", {}, "Nothing that was judged leaves Germany."],
  ["unjudged", { held: 0 }, "Nothing was judged."],
] as const)("says in one sentence that it is %s", (verdict, counts, said) => {
  const page = htmlReport(evidenceLike({ verdict, counts: { ...none, ...counts }, waivers: [] }));
  expect(sentence(page)).toBe(said);
});

it.each([
  [
    "held",
    {},
    "Nothing that was judged leaves Germany, but for 3 rulings that a treaty with the United States lets go.",
  ],
  [
    "undecidable",
    { undecidable: 1 },
    "Nothing is known to leave Germany, but 1 finding cannot be decided. A treaty with the United States lets 3 rulings go.",
  ],
] as const)(
  "names in that sentence the treaty that lets something go, where the rest is %s",
  (verdict, counts, said) => {
    const because = "Agreement of 2024";
    const declarations = [
      { what: "treaty" as const, value: "US for *", origin: "a file", because, uses: 3 },
      { what: "treaty" as const, value: "US for *", origin: "another file", because, uses: 3 },
      { what: "treaty" as const, value: "FR for *", origin: "a file", because, uses: 0 },
    ];
    const page = htmlReport(evidenceLike({ verdict, counts: { ...none, ...counts }, waivers: [], declarations }));
    expect(sentence(page)).toBe(said);
  },
);

it("loads nothing and runs nothing: one style, whose hash the policy names, and no script", () => {
  const page = htmlReport(evidenceLike());
  const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  const hash = createHash("sha256").update(style).digest("base64");
  expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;;`);
  expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|\ssrc=|\sstyle=|url\(|@import|\son\w+=/i);
  const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, to]) => to!);
  expect(links.filter((to) => !to.startsWith("#"))).toEqual([]);
  const ids = new Set([...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id));
  const unknown = new Set(links.map((to) => to.slice(1)).filter((id) => !ids.has(id)));
  // The sample has fewer rules than its articles name.
  expect([...unknown]).toEqual(["rule-egress-closed"]);
});

it("has every id once, every heading in its place, and a language", () => {
  const page = htmlReport(evidenceLike(), diff(evidenceLike(), evidenceLike()));
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
  const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
  levels.forEach((level, index) => {
    expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
  });
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
});

it("shows what was found, where, by which law, what was waived and declared, and what nobody can prove", () => {
  const page = htmlReport(evidenceLike());
  for (const said of [
    "us-east-1 (US)",
    "index.ts:12",
    "data[&quot;config.yaml&quot;].upstreams[0].url",
    "Art. 28(3)",
    "Approved by security@alpen.example, until 2027-03-31",
    "expired on 2026-06-30",
    "residency.yaml:3",
    "Evidence for SEAL 2 at most",
    `sha256:${"2".repeat(64)}`,
    "mandatory",
    "Who owns the provider",
  ]) {
    expect(page).toContain(said);
  }
});

const attack = `"><script>alert(1)</script><img src=x onerror='alert(1)'>&\u202e\u0007`;

it("makes no tag and no attribute of anything that a resource is called", () => {
  const changes = Object.fromEntries(
    ["urn", "name", "type", "path", "value", "allowed", "remedy", "file"].map((key) => [key, attack]),
  );
  const waiver = { rule: attack, resource: attack, because: attack, approvedBy: attack, expires: attack };
  const sample = evidenceLike();
  const findings = (["broken", "undecidable", "pending", "waived"] as const).map((verdict) =>
    findingLike({ ...changes, verdict, waiver }),
  );
  const hostile = evidenceLike({
    findings,
    subject: { ...sample.subject, name: attack, file: attack },
    declarations: [{ what: "host", value: attack, origin: attack, because: attack }],
    waivers: [{ ...waiver, uses: 1, fault: attack }],
    coverage: { ...sample.coverage, types: [{ type: attack, count: 1, by: attack }] },
    enforcement: [{ policy: attack, from: attack, to: attack, origin: attack }],
  });
  const page = htmlReport(hostile, diff(sample, hostile));
  expect(page).toContain("&lt;script&gt;");
  expect(page).not.toMatch(/<script|<img|[\p{Cf}]/u);
  const harmless = htmlReport(evidenceLike(), diff(sample, evidenceLike()));
  const tags = (text: string) => new Set([...text.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
  expect([...tags(page)].filter((tag) => !tags(harmless).has(tag))).toEqual([]);
});
