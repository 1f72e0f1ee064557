import { z } from "zod";

const oneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const principal = z.union([
  z.literal("*").transform(() => ({ AWS: ["*"] }) as Record<string, string[]>),
  z.record(z.string(), oneOrMany),
]);
const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: oneOrMany.optional(),
  NotAction: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  NotResource: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});
const document = z.object({
  Version: z.enum(["2012-10-17", "2008-10-17"]).optional(),
  Id: z.string().optional(),
  Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
});

/** A statement of a policy, its lists always lists. */
export type Statement = z.output<typeof statement>;

/** The statements of a policy, or what is wrong with its text. */
export function readPolicy(text: string | undefined): { statements: Statement[] } | { fault: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "");
  } catch {
    return { fault: "This policy contains invalid Json" };
  }
  const result = document.safeParse(parsed);
  if (!result.success) {
    const [issue] = result.error.issues;
    return { fault: `Syntax errors in policy. ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` };
  }
  const empty = result.data.Statement.find(({ Action, NotAction }) => !Action && !NotAction);
  if (empty) return { fault: `Policy statement must contain actions${empty.Sid ? ` (${empty.Sid})` : ""}.` };
  return { statements: result.data.Statement };
}

/** Whether a statement that allows something names a service as who may: `eks.amazonaws.com`. */
export function allowsService(text: string | undefined, isService: (name: string) => boolean): boolean {
  const read = readPolicy(text);
  return (
    "statements" in read &&
    read.statements.some(({ Effect, Principal }) => Effect === "Allow" && Principal?.Service?.some(isService))
  );
}

/** Every principal that the policy names, by kind. */
export function principalsOf(statements: Statement[]): [kind: string, name: string][] {
  return statements.flatMap(({ Principal, NotPrincipal }) =>
    [Principal, NotPrincipal].flatMap((named) =>
      Object.entries(named ?? {}).flatMap(([kind, names]) => names.map((name) => [kind, name] as [string, string])),
    ),
  );
}
