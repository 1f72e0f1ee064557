import type { Await } from "./await.ts";
import { field, type KubeObject } from "./kube-object.ts";
import { statusConditions } from "./reasons.ts";

/**
 * What the annotation `pulumi.com/waitFor` asks for: `condition=<type>[=<status>]`, `jsonpath={.a.b}[=<value>]`, or a JSON
 * array of such. Throws for anything else.
 */
export function conditionOf(text: string): Await {
  const expressions = text.trimStart().startsWith("[") ? (JSON.parse(text) as string[]) : [text];
  const tests = expressions.map((expression) => ({ expression, holds: parse(expression) }));
  return {
    onRead: false,
    waitsFor: (object) => {
      const open = tests.filter(({ holds }) => !holds(object)).map(({ expression }) => expression);
      return open.length > 0 ? `Waiting for ${open.join(" and ")}` : undefined;
    },
  };
}

function parse(expression: string): (object: KubeObject) => boolean {
  const [, type, status = "True"] = /^condition=([^=]+)(?:=(.+))?$/i.exec(expression) ?? [];
  if (type) {
    return (object) =>
      statusConditions(object).some((condition) => equal(condition.type, type) && equal(condition.status, status));
  }
  const [, path, value] = /^jsonpath=\{?\.?([A-Za-z0-9_.-]+)\}?(?:=(.+))?$/.exec(expression) ?? [];
  if (path) {
    return (object) => {
      const found = field(object, ...path.split("."));
      return value === undefined ? found !== undefined : String(found) === value;
    };
  }
  throw new Error(
    `pulumi.com/waitFor: ${JSON.stringify(expression)}; allowed here: condition=<type>[=<status>], jsonpath={.plain.path}[=<value>]`,
  );
}

/** As `kubectl wait` compares. */
function equal(found: string | undefined, wanted: string): boolean {
  return found?.toLowerCase() === wanted.toLowerCase();
}
