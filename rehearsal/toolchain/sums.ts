/**
 * The SHA-256 of a file as a checksum list says it: lines of `<sum>  <name>`, or a single bare sum as Kubernetes publishes
 * one per file. Undefined when the list does not name the file.
 */
export function sumFor(list: string, name: string): string | undefined {
  const lines = list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  for (const line of lines) {
    const [, sum, , file] = /^([0-9a-fA-F]{64})(\s+\*?(?:\.\/)?(.+))?$/.exec(line) ?? [];
    if (sum && (file === name || (file === undefined && lines.length === 1))) return sum.toLowerCase();
  }
  return undefined;
}
