import type { Jurisdiction, Treaty } from "../components/country/jurisdiction.ts";
import type { Fact, Purpose, Resource } from "./fact.ts";

/**
 * What is known about a fact: it keeps the law, breaks it, will be known at `up`, will never be known from here, or does not
 * keep it and is waived by somebody who may.
 */
export type Verdict = "held" | "broken" | "pending" | "undecidable" | "waived";

/** A rule's word on one fact; what is not held says what is allowed and what to do. */
export type Ruling = {
  fact: Fact;
  verdict: Exclude<Verdict, "waived">;
  found?: string;
  allowed?: string;
  remedy?: string;
  /** It is held by this treaty, not by the country's own soil. */
  treaty?: Treaty;
};

/** A ruling on a resource that another resource decides. */
export type JoinedRuling = Ruling & { resource: Resource };

/** A resource with its facts. */
export type Judged = { resource: Resource; facts: readonly Fact[] };

/** One assertion about facts. It knows no provider and no country: what is allowed comes with the jurisdiction. */
export type Rule = {
  /** An assertion in words, `data-stays-here`; also its file and its policy in the pack. */
  name: string;
  title: string;
  text: string;
  severity: "low" | "medium" | "high" | "critical";
  /** What mends a finding where the ruling names nothing better. */
  remedy: string;
  /** Rules on the facts of one resource. Facts that do not concern it get no ruling. */
  judge(facts: readonly Fact[], jurisdiction: Jurisdiction): Ruling[];
  /** Rules on what only the whole plan shows. */
  judgeAll?(all: readonly Judged[], jurisdiction: Jurisdiction): JoinedRuling[];
};

/** A value that is not known yet is pending, wherever it may hide a fact that the rule judges. */
export function pending(facts: readonly Fact[], kinds: readonly Fact["kind"][], purpose?: Purpose): Ruling[] {
  return facts
    .filter(
      (fact) =>
        fact.kind === "unknown" &&
        fact.hides.some((kind) => kinds.includes(kind)) &&
        (purpose === undefined || (fact.purpose ?? "data") === purpose),
    )
    .map((fact) => ({ fact, verdict: "pending" }));
}
