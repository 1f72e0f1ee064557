import { at, type Fact, type Purpose } from "../../fact.ts";
import { accountFacts } from "./account.ts";
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
    .flatMap(([, tests]) => Object.entries(tests));
  const named = conditions.filter(([key]) => ACCOUNTS.has(key.toLowerCase())).flatMap(([, values]) => listed(values));
  const open = named.some((value) => String(value) === "*");
  if (named.length > 0 && !open) {
    return named.flatMap((value) => accountFacts(String(value).split("/", 1)[0] ?? "", { fact: { path, purpose } }));
  }
  if (conditions.some(([key]) => NETWORKS.has(key.toLowerCase()))) return [];
  return [{ kind: "unbounded", path, purpose, value: "everybody (*)" }];
}

/** `arn:aws:iam::1:oidc-provider/host/path` or the bare host of a web identity. */
function federated(provider: string, path: string): Fact[] {
  const host = /oidc-provider\/([^/]+)/.exec(provider)?.[1] ?? (provider.startsWith("arn:") ? undefined : provider);
  if (host === undefined) return accountFacts(provider, { fact: { path, purpose: "access" } });
  if (/^cognito-identity\.amazonaws\.com$/.test(host)) return [];
  return [{ kind: "host", path, purpose: "access", value: host.toLowerCase() }];
}

/** What is allowed on things that stand elsewhere leads there, and so does acting as a role of somebody else's. */
function resources({ Resource: allowed, Action: action }: Statement, path: string): Fact[] {
  const fact = { path: at(path, "Resource"), purpose: "access" as const };
  const roles = listed(action).some((each) => /^sts:assumerole$/i.test(String(each)))
    ? listed(allowed).map(String)
    : [];
  const regions = listed(allowed).flatMap((each) => arnOf(String(each))?.region ?? []);
  return [
    ...[...new Set(regions)]
      .filter((region) => /^[\w-]+$/.test(region))
      .map((value): Fact => ({ kind: "place", ...fact, value })),
    ...roles.filter((role) => role !== "*").flatMap((role) => accountFacts(role, { fact })),
  ];
}

function listed(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
