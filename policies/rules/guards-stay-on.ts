import type { Rule } from "../rule.ts";

/** Nothing lifts or weakens a guard that the cloud itself keeps. */
export const guardsStayOn: Rule = {
  name: "guards-stay-on",
  title: "Guards stay on",
  text: "Policies of the cloud that hold data in place are enforced, without exemptions; defaults that Freehold closes stay closed.",
  severity: "high",
  remedy: "Enforce the policy and remove the exemption.",
  judge: (facts) =>
    facts.flatMap((fact) => {
      if (fact.kind !== "guard") return [];
      const found = [fact.value, fact.because].filter(Boolean).join(", ");
      const allowed = fact.allowed ?? "policies that are enforced everywhere";
      return [{ fact, verdict: "broken", found, allowed, ...(fact.remedy && { remedy: fact.remedy }) }];
    }),
};
