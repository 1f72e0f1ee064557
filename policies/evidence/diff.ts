import type { Evidence, EvidenceFinding } from "./shape.ts";

/** What two evidences of the same thing differ in. */
export type EvidenceDiff = {
  /** When the previous one was made. */
  since: string;
  /** Set where the two are not of the same thing. */
  otherSubject?: string;
  verdict?: { was: string; is: string };
  rules: { rule: string; was: string; is: string }[];
  fresh: EvidenceFinding[];
  gone: EvidenceFinding[];
  changed: { was: EvidenceFinding; is: EvidenceFinding }[];
  declared: string[];
  withdrawn: string[];
  /** Versions, hashes and waivers, as `catalogue: 12ab… is now 34cd…`. */
  other: string[];
};

/** Compares evidence with an earlier one. */
export function diff(previous: Evidence, now: Evidence): EvidenceDiff {
  const [before, after] = [byKey(previous.findings), byKey(now.findings)];
  const [said, says] = [spoken(previous), spoken(now)];
  const wasRule = new Map(previous.rules.map(({ name, verdict }) => [name, verdict]));
  return {
    since: previous.at,
    ...(named(previous) !== named(now) && { otherSubject: named(previous) }),
    ...(previous.verdict !== now.verdict && { verdict: { was: previous.verdict, is: now.verdict } }),
    rules: now.rules.flatMap(({ name, verdict }) => {
      const was = wasRule.get(name) ?? "unjudged";
      return was === verdict ? [] : [{ rule: name, was, is: verdict }];
    }),
    fresh: [...after].flatMap(([key, finding]) => (before.has(key) ? [] : [finding])),
    gone: [...before].flatMap(([key, finding]) => (after.has(key) ? [] : [finding])),
    changed: [...after].flatMap(([key, is]) => {
      const was = before.get(key);
      return was && (was.verdict !== is.verdict || was.value !== is.value) ? [{ was, is }] : [];
    }),
    declared: [...says].filter((each) => !said.has(each)),
    withdrawn: [...said].filter((each) => !says.has(each)),
    other: others(previous, now),
  };
}

/** Whether nothing differs but the time. */
export function isSame({ otherSubject, verdict, since: _, ...lists }: EvidenceDiff): boolean {
  return !otherSubject && !verdict && Object.values(lists).every((list) => list.length === 0);
}

function byKey(findings: readonly EvidenceFinding[]): Map<string, EvidenceFinding> {
  const seen = new Map<string, number>();
  return new Map(
    findings.map((finding) => {
      const key = [finding.rule, finding.urn, finding.path].join("\n");
      const count = seen.get(key) ?? 0;
      seen.set(key, count + 1);
      // Several values may be wrong at one path, in their order.
      return [`${key}\n${count}`, finding];
    }),
  );
}

function spoken({ declarations, waivers }: Evidence): Set<string> {
  return new Set([
    ...declarations.map(({ what, value, origin }) => `${what} ${value} (${origin})`),
    ...waivers.map(
      ({ rule, resource, approvedBy, expires }) =>
        `waiver of ${rule} for ${resource}, by ${approvedBy} until ${expires}`,
    ),
  ]);
}

function others(previous: Evidence, now: Evidence): string[] {
  const rows: [string, string | undefined, string | undefined][] = [
    ["freehold", previous.tool.version, now.tool.version],
    ["engine", previous.tool.engine, now.tool.engine],
    ["pack", previous.hashes.pack, now.hashes.pack],
    ["catalogue", previous.hashes.catalogue, now.hashes.catalogue],
    ["policy-pack-config", previous.hashes.config, now.hashes.config],
    ["resources", String(previous.subject.resources), String(now.subject.resources)],
    ["enforcement", levels(previous), levels(now)],
  ];
  return rows.flatMap(([what, was, is]) => (was === is ? [] : [`${what}: ${short(was)} is now ${short(is)}`]));
}

function levels({ enforcement }: Evidence): string {
  return enforcement.map(({ policy, to }) => `${policy} ${to}`).join(", ") || "as the pack has it";
}

function short(text: string | undefined): string {
  if (text === undefined) return "nothing";
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text;
}

function named({ subject: { kind, name } }: Evidence): string {
  return `${kind} ${name}`;
}
