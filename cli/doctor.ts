import process from "node:process";
import { styleText } from "node:util";
import { clusterRuns } from "../rehearsal/cluster.ts";
import { examine, type Finding } from "../rehearsal/doctor.ts";
import { rehearsals } from "../rehearsal/rehearse.ts";

/** `freehold doctor`: one line a finding, and the command that mends it below. Exit code 1 when something is missing. */
export async function doctorCommand(options: { json?: boolean }): Promise<void> {
  const findings = await examine({ rehearsals: standing });
  if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else process.stdout.write(`${table(findings)}\n`);
  if (findings.some(({ status }) => status === "missing" || status === "wrong")) process.exitCode = 1;
}

/** The rehearsals of this checkout: those that stand, and those whose control plane is gone. */
function standing(): Finding[] {
  return rehearsals().map((home) =>
    clusterRuns(home)
      ? { what: `rehearsal of ${home.stack}`, status: "ok", found: "stands", where: home.folder }
      : {
          what: `rehearsal of ${home.stack}`,
          status: "note",
          found: "its control plane does not run",
          where: home.folder,
          remedy: `npx freehold rehearse ${home.stack}    (or --down)`,
        },
  );
}

const colours = { ok: "green", note: "dim", missing: "yellow", wrong: "red" } as const;

function table(findings: Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length)) + 2;
  const indent = " ".repeat(2 + 9 + width);
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: process.stdout });
  return findings
    .map(({ what, status, found, where, remedy }) => {
      const head = `  ${style(colours[status], status.padEnd(8))} ${what.padEnd(width)}${found}`;
      const below = [where, remedy && `remedy  ${remedy}`]
        .filter(Boolean)
        .map((text) => `${indent}${style("dim", text!)}`);
      return [head, ...below].join("\n");
    })
    .join("\n");
}
