import { ownAccountOfAws } from "../../../catalogue/aws-account.ts";
import { groupOf } from "../../../catalogue/index.ts";
import type { Fact } from "../../fact.ts";
import type { Reading } from "../table.ts";
import { arnOf } from "./arn.ts";

/**
 * Who is named by an account number, the ARN of a user, role or organisation, a canonical user id, or `*` and `all` for
 * everybody. Services of AWS and words such as `self` are nobody else; AWS's own accounts stand where they work.
 */
export function accountFacts(who: string, { fact }: Pick<Reading, "fact">): Fact[] {
  if (/^(?:\*|all|arn:[\w-]+:(?:iam|sts)::\*:.*)$/i.test(who))
    return [{ kind: "unbounded", ...fact, value: "everybody" }];
  const arn = arnOf(who);
  const partition: Fact[] =
    arn && arn.region === "" && groupOf(arn.partition) ? [{ kind: "place", ...fact, value: arn.partition }] : [];
  const account = arn?.account ?? who;
  if (!/^(?:\d{12}|[0-9a-f]{64}|o-[a-z0-9]{10,32})$/.test(account)) return partition;
  const own = ownAccountOfAws(account);
  if (own === undefined) return [...partition, { kind: "account", ...fact, value: account }];
  const because = `the account of ${own.service}`;
  return own.region ? [...partition, { kind: "place", ...fact, value: own.region, because }] : partition;
}
