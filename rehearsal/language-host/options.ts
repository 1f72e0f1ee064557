/** What `runtime.options` of a Pulumi.yaml says to this host. */
export type RuntimeOptions = {
  /** Whether Pulumi compiles the program itself (ts-node); false where Node runs it as it is. */
  typescript: boolean;
  tsconfig: string | undefined;
  nodeargs: string[];
};

const meanings = { typescript: "boolean", tsconfig: "string", nodeargs: "string" } as const;

/** Reads `runtime.options`. Throws with the option, what was found and what is allowed; options for installing are not ours. */
export function parseRuntimeOptions(options: Record<string, unknown> = {}): RuntimeOptions {
  for (const [name, type] of Object.entries(meanings)) {
    const found = options[name];
    if (found !== undefined && typeof found !== type) {
      throw new Error(`Pulumi.yaml: runtime.options.${name} is ${JSON.stringify(found)}, but must be a ${type}`);
    }
  }
  return {
    typescript: (options.typescript as boolean | undefined) ?? true,
    tsconfig: options.tsconfig as string | undefined,
    nodeargs: splitWords((options.nodeargs as string | undefined) ?? ""),
  };
}

/** Splits a command line into words as a shell does: blanks separate, quotes and backslashes keep together. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const piece = /\s+|"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|([^\s"'\\]+)/gsy;
  let word: string | undefined;
  let matched = 0;
  for (const { 0: whole, 1: double, 2: single, 3: escaped, 4: plain } of line.matchAll(piece)) {
    matched += whole.length;
    const text = double?.replaceAll(/\\(["\\$`])/g, "$1") ?? single ?? escaped ?? plain;
    if (text !== undefined) word = (word ?? "") + text;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (matched < line.length) throw new Error(`nodeargs: a quote is not closed in ${line}`);
  return word === undefined ? words : [...words, word];
}
