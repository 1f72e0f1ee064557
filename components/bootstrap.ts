import type * as pulumi from "@pulumi/pulumi";
import { leavesAll } from "./clouds/declared-state.ts";
import type { Finding } from "./country/fault.ts";
import type { Country } from "./country.ts";

/** What has to be made before Pulumi can keep a country's state where its file says. */
export type FirstStep = {
  /** What is made, a line each. */
  makes: string[];
  /** What is declared and not made, because it is there already or is the operator's own, a line each. */
  leaves: string[];
  /** What is declared in such a way that nothing can be made of it. */
  findings: Finding[];
  /** Loads the cloud's package, and answers with what makes it all under a name. */
  load(): Promise<(name: string) => pulumi.Resource | undefined>;
};

/** The first step of a country. Touches nothing, and loads no cloud's package before `load`. */
export async function firstStepOf(country: Country): Promise<FirstStep> {
  if (country.target.kind === "aws") return (await import("./clouds/aws/first-step.ts")).awsFirstStep(country);
  if (country.target.kind === "azure") return (await import("./clouds/azure/first-step.ts")).azureFirstStep(country);
  return leavesAll(country);
}
