import type { Rule } from "../rule.ts";

/** What nobody can read from here is named and refused: it is never taken for held. */
export const nothingHidden: Rule = {
  name: "nothing-hidden",
  title: "Nothing hidden",
  text: "Every resource can be read: no templates, code or packages that no guard can look into.",
  severity: "critical",
  remedy: "Declare what it does as resources that the guards describe, or have it waived.",
  judge: (facts) =>
    facts.flatMap((fact) =>
      fact.kind === "undecidable" ? [{ fact, verdict: "undecidable", found: fact.why, remedy: fact.remedy }] : [],
    ),
};
