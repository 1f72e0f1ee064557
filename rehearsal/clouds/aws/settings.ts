import { join } from "node:path";
import { type AwsPartition, partitionOfAws, placeOf } from "../../../catalogue/index.ts";
import type { Properties } from "../../kubernetes-provider/properties.ts";
import type { Fault } from "../cloud-type.ts";
import { mapOf, textOf, textsOf } from "../known.ts";
import { worldFolder } from "../refusals.ts";
import { Account } from "./account.ts";
import { ServiceModels } from "./service-models.ts";

/** A configured provider of the simulated AWS. */
export type AwsSettings = {
  region: string;
  account: string;
  /** What the account may. */
  rights: Account;
  partition: AwsPartition;
  models: ServiceModels;
  /** Leads to the local control plane, which every EKS cluster is. */
  kubeconfig: string;
  /** Tags that every resource gets beside its own. */
  defaultTags: Properties;
  /** The day, `2026-11-22`: versions of Kubernetes come and go. */
  today: string;
};

/** What is wrong with the inputs of the provider, as the real one says it. */
export function awsConfigFaults(inputs: Properties): Fault[] {
  const region = textOf(inputs, "region");
  // An unknown region is judged when it is known.
  if (!("region" in inputs)) return [];
  if (region && isRegion(region)) return [];
  return [{ property: "region", reason: `invalid AWS Region: ${region ?? ""}` }];
}

/** The settings of a provider whose inputs are known. Throws where the account is another than allowed. */
export function awsSettings(
  inputs: Properties,
  env: NodeJS.ProcessEnv,
  cloud: { package: string; version: string },
): AwsSettings {
  const region = textOf(inputs, "region") ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "";
  if (!isRegion(region)) throw new Error(`invalid AWS Region: ${region}`);
  const folder = worldFolder(cloud, env);
  const rights = new Account(folder);
  const allowed = textsOf(inputs, "allowedAccountIds");
  const account = rights.id(allowed);
  if (allowed.length > 0 && !allowed.includes(account)) throw new Error(`AWS account ID not allowed: ${account}`);
  if (textsOf(inputs, "forbiddenAccountIds").includes(account)) {
    throw new Error(`AWS account ID not allowed: ${account}`);
  }
  return {
    region,
    account,
    rights,
    partition: partitionOfAws(region)!,
    models: new ServiceModels(env.FREEHOLD_AWS_MODELS),
    kubeconfig: join(env.FREEHOLD_REHEARSAL!, "kubeconfig"),
    defaultTags: mapOf(mapOf(inputs, "defaultTags"), "tags") ?? {},
    today: new Date().toISOString().slice(0, 10),
  };
}

function isRegion(name: string): boolean {
  return partitionOfAws(name) !== undefined && placeOf(name)?.kind === "region" && placeOf(name)?.provider === "AWS";
}
