import { ownAccountOfAws } from "../../../catalogue/aws-account.ts";
import { groupOf } from "../../../catalogue/index.ts";
import type { Fact } from "../../fact.ts";
import type { Reading } from "../table.ts";
import { arnOf } from "./arn.ts";

/** Whether a text stands for several, as IAM matches: `*` is anything, `?` any letter. */
export function isWild(text: string): boolean {
  return /[*?]/.test(text);
}

/**
 * Who is named by an account number, the ARN of a user, role or organisation, a canonical user id, or `*` and `all` for
 * everybody. Services of AWS and words such as `self` are nobody else; AWS's own accounts stand where they work.
 */
export function accountFacts(who: string, { fact }: Pick<Reading, "fact">): Fact[] {
  const [scheme, , , , named = "*"] = who.split(":");
  if (/^(?:\*|all)$/i.test(who) || (scheme === "arn" && isWild(named))) {
    return [{ kind: "unbounded", ...fact, value: "everybody" }];
  }
  if (/^A(?:GPA|IDA|IPA|NPA|NVA|ROA)[A-Z0-9]{8,}$/.test(who)) {
    const why = `${who} is the unique id of a user or role, which does not tell whose it is`;
    const { path, purpose } = fact;
    return [{ kind: "undecidable", path, purpose, why, remedy: "Name it by its ARN." }];
  }
  const arn = arnOf(who);
  const partition: Fact[] =
    arn && arn.region === "" && groupOf(arn.partition) ? [{ kind: "place", ...fact, value: arn.partition }] : [];
  const account = scheme === "arn" ? named : who;
  if (!/^(?:\d{12}|[0-9a-f]{64}|o-[a-z0-9]{10,32})$/.test(account)) return partition;
  const own = ownAccountOfAws(account);
  if (own === undefined) return [...partition, { kind: "account", ...fact, value: account }];
  const because = `the account of ${own.service}`;
  return own.region ? [...partition, { kind: "place", ...fact, value: own.region, because }] : partition;
}
