/** A question as it was typed: words are the command, whatever begins with dashes is an option with its value: `aws --region x eks get-token` too. */
export function parsed(given: string[]): { command: string; options: Record<string, string> } {
  const words: string[] = [];
  const options: Record<string, string> = {};
  for (let index = 0; index < given.length; index += 1) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(given[index]!) ?? [];
    if (name === undefined) words.push(given[index]!);
    else if (value !== undefined || given[index + 1]?.startsWith("--") !== false) options[name] = value ?? "";
    else options[name] = given[++index]!;
  }
  return { command: words.join(" "), options };
}
