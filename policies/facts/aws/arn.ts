import { groupOf } from "../../../catalogue/index.ts";
import type { Fact } from "../../fact.ts";
import { type Reading, reference } from "../table.ts";
import { accountFacts } from "./account.ts";
import { profileIn } from "./profile.ts";

/** The parts of an Amazon Resource Name; region and account are empty where the service leaves them out. */
export type Arn = { partition: string; service: string; region: string; account: string; rest: string; name: string };

/** Reads `arn:partition:service:region:account:resource`; undefined for any other text. `name` is a bucket's. */
export function arnOf(text: string): Arn | undefined {
  const [, partition, service, region, account, rest] =
    /^arn:([\w-]+):([\w-]+):([\w-]*):([\w-]*):(.*)$/s.exec(text.trim()) ?? [];
  if (partition === undefined || service === undefined || region === undefined) return undefined;
  const name = (rest ?? "").split("/")[0] ?? "";
  return { partition, service, region, account: account ?? "", rest: rest ?? "", name };
}

/** What an ARN tells: its region or partition, and whose it is where that matters; a bucket's ARN tells neither. */
export function arnFacts(parsed: Arn, text: string, from: Reading, whose: boolean): Fact[] {
  const { partition, service, region, account, rest, name } = parsed;
  const facts: Fact[] = [];
  const profile = service === "bedrock" ? profileIn(rest) : undefined;
  if (region) facts.push({ kind: "place", ...from.fact, value: region });
  else if (groupOf(partition)) facts.push({ kind: "place", ...from.fact, value: partition });
  if (profile) {
    facts.push({
      kind: "place",
      ...from.fact,
      purpose: "prompt",
      value: profile,
      because: "where the model may answer",
    });
  }
  if (service === "s3" && region === "" && /\.mrap(?:\/|$)/.test(rest)) {
    facts.push({ kind: "unbounded", ...from.fact, value: "an access point of several regions" });
  } else if (service === "s3" && region === "" && name) {
    facts.push(reference(text, [`s3:${name.toLowerCase()}`], from));
  } else if (region === "") {
    facts.push(reference(text, [text.toLowerCase()], { ...from, row: { ...from.row, mustResolve: false } }));
  }
  return whose ? [...facts, ...accountFacts(account, from)] : facts;
}
