/** One statement of an IAM policy. */
export type Statement = {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { AWS?: string | string[]; Service?: string | string[] };
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** An IAM policy of these statements, as JSON. */
export function policyDocument(...statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** Who may take a role: one service, and where that tells for whom it asks, only for this account. */
export function trust(service: string, { account, actions = "sts:AssumeRole" }: Trusted = {}): string {
  return policyDocument({
    Sid: "OnlyThisService",
    Effect: "Allow",
    Principal: { Service: service },
    Action: actions,
    ...(account && { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
  });
}
type Trusted = { account?: string; actions?: string | string[] };

/** The right to use the keys of aliases: they are known before the keys are, and it holds for whatever key stands behind one later. */
export function mayUseKey(sid: string, aliases: string[], keys: string, ...actions: string[]): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: keys,
    Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": aliases } },
  };
}
