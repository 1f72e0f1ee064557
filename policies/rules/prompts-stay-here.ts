import { staysHere } from "../whereabouts.ts";

/** What people ask a model, and what it answers, is worked on in the country. */
export const promptsStayHere = staysHere({
  purpose: "prompt",
  name: "prompts-stay-here",
  title: "Prompts stay here",
  text: "Models answer, are fetched and are fine-tuned in the country: no routing of prompts across borders.",
  severity: "critical",
  remedy: "Use a deployment that answers in the region, or a model of the country's own.",
});
