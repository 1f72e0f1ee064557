import type { Finding } from "../../country/fault.ts";
import { ask } from "../command-line.ts";
import { keyHolders, lostKeys } from "../key-change.ts";
import { keyAliases } from "./keys.ts";
import type { AwsKeyHolder, AwsTarget } from "./target.ts";

type Metadata = { Description?: string; CustomKeyStoreId?: string; XksKeyConfiguration?: { Id: string } };
type Asking = Pick<AwsTarget, "cluster" | "keys" | "region">;

/**
 * Whether the keys that stand are those of the country file, each at its place. Otherwise an update would make a key anew, and
 * with it the cluster, which has it for life.
 */
export async function judgeStandingKeys(target: Asking): Promise<Finding[]> {
  const declared = keyHolders<AwsKeyHolder>(target.keys);
  const answers = await Promise.all(keyAliases(target, "objects").map((alias) => describe(alias, target)));
  const refusal = answers.find((each) => "said" in each);
  if (refusal) return [unanswered(refusal.said)];
  const [current, ...earlier] = answers.map((each) => ("key" in each ? each.key : undefined));
  if (!current) return [];
  const nth = Number(/\((\d+)\)$/.exec(current.Description ?? "")?.[1] ?? 1);
  const standing = Array.from({ length: nth }, (_, index) => (index === nth - 1 ? current : earlier[index]));
  const lost = standing.findIndex((key, index) => key && !same(holderOf(key), declared[index]));
  return lost < 0 ? [] : [lostKeys(holderOf(standing[lost]!), lost + 1, declared)];
}

async function describe(alias: string, { region }: Asking): Promise<{ key?: Metadata } | { said: string }> {
  const place = ["--region", region, "--output", "json"];
  const found = await ask<{ KeyMetadata: Metadata }>("aws", "kms", "describe-key", "--key-id", alias, ...place);
  if ("answer" in found) return { key: found.answer.KeyMetadata };
  return found.said.includes("NotFoundException") ? {} : { said: found.said };
}

function holderOf({ CustomKeyStoreId: customKeyStore, XksKeyConfiguration: external }: Metadata): AwsKeyHolder {
  if (customKeyStore === undefined || !external) return { kind: "kms" };
  return { kind: "xks", customKeyStore, externalKey: external.Id };
}

function same(one: AwsKeyHolder, other: AwsKeyHolder | undefined): boolean {
  if (one.kind === "kms" || other?.kind !== "xks") return one.kind === other?.kind;
  return one.customKeyStore === other.customKeyStore && one.externalKey === other.externalKey;
}

function unanswered(said: string): Finding {
  return {
    at: ["target", "keys"],
    found: `AWS does not say: ${said}`,
    allowed: "credentials with the right to kms:DescribeKey",
    remedy: "give them that right: without it nobody can tell before the update which keys would be lost in it",
  };
}
