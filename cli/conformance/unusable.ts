/** That the command cannot begin, by what was said or by where it leads. Its message is the report. */
export class Unusable extends Error {
  override name = "Unusable";

  constructor(what: string, said: { found: string; allowed?: string; remedy: string }) {
    const rows = (["found", "allowed", "remedy"] as const).flatMap((row) =>
      said[row] === undefined ? [] : [`  ${row.padEnd(8)} ${said[row]}`],
    );
    super([what, ...rows].join("\n"));
  }
}
