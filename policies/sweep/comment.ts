// Files for people, by the whole of their name: `license-server.conf` configures something.
const PROSE = /^(?:readme|licen[cs]e|notice|changelog)(?:\.(?:md|rst|txt))?$|\.(?:md|rst)$/i;
const BLOCKS: [string, string][] = [
  ["/*", "*/"],
  ["<!--", "-->"],
];

/** A file without its comments, empty where it is only prose: neither configures anything. */
export function withoutComments(text: string, key: string): string {
  if (PROSE.test(key)) return "";
  // For a shell, `//bin/sh` is a program and `/*` a list of files.
  const script = text.startsWith("#!");
  const sql = /\.sql$/i.test(key);
  const lines = text.split("\n");
  const last = BLOCKS.map(([, end]) => lines.findLastIndex((line) => line.includes(end)));
  let end: string | undefined;
  return lines
    .map((line, number) => {
      let rest = line.trimStart();
      if (end === undefined && !script) {
        // A block that nobody closes is none.
        end = BLOCKS.find(([start], which) => rest.startsWith(start) && number <= (last[which] ?? -1))?.[1];
      }
      if (end !== undefined) {
        const closed = rest.indexOf(end);
        if (closed < 0) return "";
        rest = rest.slice(closed + end.length);
        end = undefined;
      }
      if (rest.startsWith("#") || (sql && rest.startsWith("--")) || (!script && /^(?:\/\/|;)/.test(rest))) return "";
      return withoutTail(rest === line.trimStart() ? line : rest);
    })
    .join("\n");
}

/** A line up to the ` # ` that is not quoted. */
function withoutTail(line: string): string {
  if (!/\s#\s/.test(line)) return line;
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const sign = line[index] as string;
    if (sign === "\\" && quote !== "'") index++;
    else if (quote !== "") quote = sign === quote ? "" : quote;
    else if (sign === '"' || sign === "'" || sign === "`") quote = sign;
    else if (sign === "#" && /\s/.test(line[index - 1] ?? "") && /\s/.test(line[index + 1] ?? ""))
      return line.slice(0, index);
  }
  return line;
}
