import type { Fact } from "../../fact.ts";
import type { Reading } from "../table.ts";
import { accountFacts } from "./account.ts";

/**
 * An image in a registry of ECR: the region that it stands in and the account that it is of. CodeBuild has its own at hand in the
 * region. Undefined for other images.
 */
export function registryFacts(image: string, { fact }: Pick<Reading, "fact">): Fact[] | undefined {
  if (/^aws\/codebuild\//.test(image)) return [];
  const [, account = "", region = ""] =
    /^(?:(?:https|docker|oci):\/\/)?(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|on\.aws)(?:\/|:|$)/.exec(
      image.trim(),
    ) ?? [];
  return account === "" ? undefined : [{ kind: "place", ...fact, value: region }, ...accountFacts(account, { fact })];
}
