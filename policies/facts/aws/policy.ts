import { at, type Fact, type Purpose } from "../../fact.ts";
import { accountFacts, isWild } from "./account.ts";
import { arnOf } from "./arn.ts";

type Statement = Record<string, unknown>;

/** Whether a structure is an IAM policy document, of an identity or of a resource. */
export function isPolicy(value: unknown): value is { Statement: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const { Statement: statements } = value as { Statement?: unknown };
  return listed(statements).some((each) => typeof each === "object" && each !== null && "Effect" in each);
}

/** Who a policy lets in: accounts, everybody, identity providers. Denials let nobody in, and services of AWS are no strangers. */
export function policyFacts({ Statement }: { Statement: unknown }, path: string, purpose: Purpose): Fact[] {
  return listed(Statement).flatMap((each) => {
    const statement = each as Statement;
    if (statement.Effect !== "Allow") return [];
    return [...principals(statement, path, purpose), ...resources(statement, path)];
  });
}

function principals(statement: Statement, path: string, purpose: Purpose): Fact[] {
  const { Principal: principal, NotPrincipal } = statement;
  if (NotPrincipal !== undefined) return [{ kind: "unbounded", path, purpose, value: "everybody but a few" }];
  if (principal === undefined) return [];
  const named = typeof principal === "object" && principal !== null ? (principal as Statement) : { AWS: principal };
  const accounts = [...listed(named.AWS), ...listed(named.CanonicalUser)].map(String);
  const providers = listed(named.Federated).map(String);
  return [
    ...accounts.flatMap((who) =>
      who === "*" ? everybody(statement, path, purpose) : accountFacts(who, { fact: { path, purpose } }),
    ),
    ...providers.flatMap((provider) => federated(provider, path)),
  ];
}

// Conditions that let in only some of everybody.
const ACCOUNTS = new Set([
  "aws:principalaccount",
  "aws:sourceaccount",
  "aws:sourceowner",
  "kms:calleraccount",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceorgid",
  "aws:principalarn",
  "aws:sourcearn",
]);
const NETWORKS = new Set(["aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"]);

/** Everybody, unless a condition names whom: then it is they who are judged. */
function everybody({ Condition }: Statement, path: string, purpose: Purpose): Fact[] {
  const conditions = Object.entries((Condition ?? {}) as Record<string, Statement>)
    .filter(([operator]) => /^(?:ForAnyValue:)?(?:String|Arn)(?:Equals|Like)(?:IgnoreCase)?$/.test(operator))
    .flatMap(([, tests]) => Object.entries(tests).map(([key, values]) => [key.toLowerCase(), texts(values)] as const));
  const narrow = conditions.filter(([key, values]) => ACCOUNTS.has(key) && values.length > 0 && values.every(names));
  if (narrow.length > 0) {
    const whose = narrow.flatMap(([, values]) => values.filter((value) => !isBucket(value)));
    return whose.flatMap((value) => accountFacts(value.split("/", 1)[0] ?? "", { fact: { path, purpose } }));
  }
  const inside = conditions.some(
    ([key, values]) => NETWORKS.has(key) && values.length > 0 && !values.some((value) => isWild(value)),
  );
  return inside ? [] : [{ kind: "unbounded", path, purpose, value: "everybody (*)" }];
}

/** Whether a condition's value names somebody: an account, an organisation, a bucket, or whoever owns the resource. */
function names(value: string): boolean {
  if (/^\$\{/.test(value)) return /^\$\{aws:Resource(?:Account|OrgID)\}$/i.test(value);
  const [scheme, , , , account = "*"] = value.split(":");
  return isBucket(value) || !isWild((scheme === "arn" ? account || "*" : value).split("/", 1)[0] ?? "");
}

/** The ARN of one bucket, which names no account. */
function isBucket(value: string): boolean {
  const [, name] = /^arn:[^:]*:s3:[^:]*:[^:]*:([^/]+)/.exec(value) ?? [];
  return name !== undefined && !isWild(name);
}

/** `arn:aws:iam::1:oidc-provider/host/path` or the bare host of a web identity. */
function federated(provider: string, path: string): Fact[] {
  const host = /oidc-provider\/([^/]+)/.exec(provider)?.[1] ?? (provider.startsWith("arn:") ? undefined : provider);
  if (host === undefined) return accountFacts(provider, { fact: { path, purpose: "access" } });
  if (/^cognito-identity\.amazonaws\.com$/.test(host)) return [];
  return [{ kind: "host", path, purpose: "access", value: host.toLowerCase() }];
}

/** What is allowed on things that stand elsewhere leads there, and so does acting as a role of somebody else's. */
function resources(statement: Statement, path: string): Fact[] {
  const allowed = texts(statement.Resource);
  const fact = { path: at(path, "Resource"), purpose: "access" as const };
  const roles = mayAssume(statement) ? allowed.filter((each) => /^arn:[^:]*:(?:iam|sts|\*)?:/.test(each)) : [];
  const regions = allowed.flatMap((each) => arnOf(each)?.region ?? []);
  return [
    ...[...new Set(regions)]
      .filter((region) => /^[\w-]+$/.test(region))
      .map((value): Fact => ({ kind: "place", ...fact, value })),
    ...roles.flatMap((role) => accountFacts(role, { fact })),
  ];
}

/** Whether a statement allows to act as a role. */
function mayAssume({ Action, NotAction }: Statement): boolean {
  const covers = (action: string) =>
    new RegExp(
      `^${action
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
      "i",
    ).test("sts:AssumeRole");
  return NotAction === undefined ? texts(Action).some(covers) : !texts(NotAction).some(covers);
}

function texts(value: unknown): string[] {
  return listed(value).map(String);
}

function listed(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
