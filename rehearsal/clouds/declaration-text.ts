/** A type as it is written in a generated declaration, without its wrapping in inputs and outputs. */
export type TypeText = { undefined?: boolean } & (
  | { kind: "string" | "number" | "boolean" | "any" }
  | { kind: "list" | "map"; of: TypeText }
  | { kind: "literals"; values: (string | number)[] }
  | { kind: "union"; of: TypeText[] }
  | { kind: "named"; name: string }
);
export type Declared = { optional: boolean; readonly: boolean; type: TypeText };

/**
 * The members of an interface or class that begins with `opening`, at a depth of indentation. Only properties: methods and
 * constructors are left out.
 */
export function membersIn(text: string, opening: string, indent: string): Map<string, Declared> {
  const start = text.startsWith(indent + opening) ? 0 : text.indexOf(`\n${indent}${opening}`) + 1;
  if (start === 0 && !text.startsWith(indent + opening)) throw new Error(`no declaration ${JSON.stringify(opening)}`);
  const end = text.indexOf(`\n${indent}}`, start);
  const body = text.slice(start + indent.length + opening.length, end);
  const member = new RegExp(`\\n${indent}    (readonly )?([A-Za-z_$][\\w$]*|"[^"]+")(\\?)?: `, "g");
  const members = new Map<string, Declared>();
  for (let found = member.exec(body); found; found = member.exec(body)) {
    const reader = new Reader(body, member.lastIndex);
    const type = reader.union();
    members.set(found[2]!.replaceAll('"', ""), { readonly: Boolean(found[1]), optional: Boolean(found[3]), type });
    member.lastIndex = reader.at;
  }
  return members;
}

/** Reads the few forms in which generated declarations write a type. */
class Reader {
  readonly #text: string;
  at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  union(): TypeText {
    const parts: TypeText[] = [];
    let maybe = false;
    do {
      const part = this.#arrays();
      if (part === undefined) maybe = true;
      else {
        maybe ||= Boolean(part.undefined);
        if (part.kind === "union") parts.push(...part.of);
        else parts.push(part);
      }
    } while (this.#take("|"));
    const literals = parts.filter((part) => part.kind === "literals");
    const whole: TypeText =
      literals.length > 0 && literals.length === parts.length
        ? { kind: "literals", values: literals.flatMap(({ values }) => values) }
        : parts.length === 1
          ? parts[0]!
          : parts.length === 0
            ? { kind: "any" }
            : { kind: "union", of: parts };
    return { ...whole, undefined: maybe };
  }

  #arrays(): TypeText | undefined {
    let type = this.#single();
    while (this.#take("[]")) type = { kind: "list", of: type ?? { kind: "any" } };
    return type;
  }

  /** One type without what follows it; undefined for `undefined`. */
  #single(): TypeText | undefined {
    if (this.#take("(")) {
      const inner = this.union();
      this.#must(")");
      return inner;
    }
    if (this.#take("{")) {
      this.#must("[key: string]:");
      const of = this.union();
      this.#take(";");
      this.#must("}");
      return { kind: "map", of };
    }
    const [word] = this.#match(/"[^"]*"|-?\d[\d.]*|[A-Za-z_$][\w$.]*/y) ?? [];
    if (word === undefined)
      throw new Error(`cannot read the type ${JSON.stringify(this.#text.slice(this.at, this.at + 40))}`);
    if (word.startsWith('"')) return { kind: "literals", values: [word.slice(1, -1)] };
    if (/^-?\d/.test(word)) return { kind: "literals", values: [Number(word)] };
    if (this.#take("<")) {
      const inner = this.union();
      this.#must(">");
      // Inputs and outputs wrap a value; anything else generic is nothing that a request carries.
      return word === "pulumi.Input" || word === "pulumi.Output" ? inner : { kind: "any" };
    }
    if (word === "undefined") return undefined;
    if (word === "string" || word === "number" || word === "boolean" || word === "any") return { kind: word };
    return { kind: "named", name: word };
  }

  #take(token: string): boolean {
    this.#match(/\s*/y);
    if (!this.#text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  #must(token: string): void {
    if (!this.#take(token))
      throw new Error(`expected ${token} in ${JSON.stringify(this.#text.slice(this.at, this.at + 40))}`);
  }

  #match(expression: RegExp): RegExpExecArray | null {
    if (!expression.source.startsWith("\\s")) this.#match(/\s*/y);
    expression.lastIndex = this.at;
    const found = expression.exec(this.#text);
    if (found) this.at += found[0].length;
    return found;
  }
}
