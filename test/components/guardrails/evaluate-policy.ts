/** A resource as Azure Policy sees it: its type, its name and location, and properties by alias. */
export type AzureResource = { type: string; name?: string; location?: string; [alias: string]: unknown };

/**
 * What Azure Policy would find, as far as our policies go: a reading of ours of its published rules, because no library
 * evaluates them. Throws at whatever it does not know, so that a policy cannot use it unread.
 */
export function applies(condition: Condition, resource: AzureResource, parameters: Parameters): boolean {
  const { allOf, anyOf, not, field, value, count, ...test } = condition;
  if (allOf) return (allOf as Condition[]).every((each) => applies(each, resource, parameters));
  if (anyOf) return (anyOf as Condition[]).some((each) => applies(each, resource, parameters));
  if (not) return !applies(not as Condition, resource, parameters);
  const scope = { resource, parameters };
  if (count) return compare(test, matching(count as Count, scope).length, scope);
  if (typeof field === "string") return compare(test, property(resource, field), scope);
  if (typeof value === "string") return compare(test, evaluated(value, scope), scope);
  throw new Error(`no condition of Azure Policy: ${JSON.stringify(condition)}`);
}

export type Condition = Record<string, unknown>;
type Parameters = Record<string, string[]>;
type Count = { field: string; where: Condition };
type Scope = { resource: AzureResource; parameters: Parameters; current?: Record<string, unknown> };

// Azure compares names without regard to case, and places as it spells them.
const same = (a: unknown, b: unknown) => String(a).toLowerCase() === String(b).toLowerCase();

const operators: Record<string, (found: unknown, wanted: unknown) => boolean> = {
  equals: (found, wanted) => found !== undefined && same(found, wanted),
  notEquals: (found, wanted) => !same(found, wanted),
  in: (found, wanted) => (wanted as string[]).some((each) => same(found, each)),
  notIn: (found, wanted) => !(wanted as string[]).some((each) => same(found, each)),
  contains: (found, wanted) => String(found).toLowerCase().includes(String(wanted).toLowerCase()),
  like: (found, wanted) => String(found).toLowerCase().startsWith(String(wanted).replace(/\*$/, "").toLowerCase()),
  exists: (found, wanted) => (found !== undefined) === same(wanted, "true"),
  greater: (found, wanted) => Number(found) > Number(wanted),
};

function compare(test: Condition, found: unknown, scope: Scope): boolean {
  const [[name, wanted] = ["none", undefined], ...rest] = Object.entries(test);
  const operator = operators[name];
  if (!operator || rest.length > 0) throw new Error(`not read: ${JSON.stringify(test)}`);
  return operator(found, typeof wanted === "string" ? evaluated(wanted, scope) : wanted);
}

function property(resource: AzureResource, alias: string): unknown {
  const key = Object.keys(resource).find((each) => same(each, alias));
  const found = key === undefined ? undefined : resource[key];
  return same(alias, "location") ? (found as string | undefined)?.replaceAll(" ", "") : found;
}

function matching({ field, where }: Count, scope: Scope): unknown[] {
  const list = (property(scope.resource, field) ?? []) as Record<string, unknown>[];
  return list.filter((item) => {
    const current = Object.fromEntries(Object.entries(item).map(([key, value]) => [`${field}.${key}`, value]));
    const { value, ...test } = where;
    return compare(test, evaluated(String(value), { ...scope, current }), scope);
  });
}

const functions: Record<string, (...given: never[]) => unknown> = {
  toLower: (text: string) => text.toLowerCase(),
  replace: (text: string, from: string, to: string) => text.replaceAll(from, to),
  split: (text: string, by: string) => text.split(by),
  union: (a: string[], b: string[]) => [...a, ...b],
  createArray: (...items: string[]) => items,
  empty: (text: unknown) => text === undefined || text === "",
};

/** `[…]` is an expression of Azure's templates; any other text is itself. */
function evaluated(text: string, { resource, parameters, current }: Scope): unknown {
  if (!/^\[.*\]$/.test(text)) return text;
  const known: Record<string, (...given: never[]) => unknown> = {
    ...functions,
    parameters: (name: string) => parameters[name],
    field: (alias: string) => property(resource, alias),
    current: (alias: string) => current?.[alias],
    subscription: () => ({ subscriptionId: own }),
  };
  return parse(text.slice(1, -1), known);
}

/** Subscription in which everything is tried. */
export const own = "00000000-0000-0000-0000-00000000000a";

function parse(text: string, known: Record<string, (...given: never[]) => unknown>): unknown {
  const literal = /^'([^']*)'$/.exec(text);
  if (literal) return literal[1];
  const [, name = "", inside = "", index, member] = /^(\w+)\((.*)\)(?:\[(\d+)\]|\.(\w+))?$/.exec(text) ?? [];
  const given = arguments_(inside);
  // As in Azure: only the branch that is taken is evaluated.
  const found =
    name === "if"
      ? parse(parse(given[0]!, known) ? given[1]! : given[2]!, known)
      : call(
          name,
          given.map((each) => parse(each, known)),
          known,
        );
  if (index !== undefined) return (found as unknown[])[Number(index)];
  return member === undefined ? found : (found as Record<string, unknown>)[member];
}

function call(name: string, given: unknown[], known: Record<string, (...given: never[]) => unknown>): unknown {
  const one = known[name];
  if (!one) throw new Error(`no function of Azure Policy that was read: ${name}`);
  return one(...(given as never[]));
}

function arguments_(text: string): string[] {
  const found: string[] = [];
  let [depth, quoted, part] = [0, false, ""];
  for (const char of text) {
    if (char === "'") quoted = !quoted;
    if (!quoted && "([".includes(char)) depth++;
    if (!quoted && ")]".includes(char)) depth--;
    if (char === "," && depth === 0 && !quoted) {
      found.push(part.trim());
      part = "";
    } else part += char;
  }
  return part.trim() === "" ? found : [...found, part.trim()];
}
