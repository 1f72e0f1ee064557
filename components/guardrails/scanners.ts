import { Document, stringify } from "yaml";
import { type ScannerCheck, scanners } from "../../catalogue/guardrail.ts";
import type { Guardrail } from "./guardrail.ts";

/** Files that switch off, in each scanner, the checks that demand copies in another region, each with the reason. */
export function suppressions(): Guardrail[] {
  return Object.entries(scanners()).map(([name, { is, file, checks }]) => {
    const { content, attach } = written[name as keyof typeof written](checks);
    return { file, is: `${is}: ${checks.map(({ id }) => id).join(", ")} switched off`, attach, content };
  });
}

type Written = { attach: string; content: string };

/** Each scanner's own way to leave out checks. */
const written = {
  checkov: (checks) => ({
    attach: "checkov --config-file .checkov.yaml, or leave it in the folder that is scanned",
    content: reasoned(checks, (list) => ({ "skip-check": list })),
  }),
  trivy: (checks) => ({
    attach: "trivy config --ignorefile .trivyignore.yaml",
    content: stringify({ misconfigurations: checks.map((check) => ({ id: check.id, statement: reason(check) })) }),
  }),
  kics: (checks) => ({
    attach: "kics scan --config kics.config",
    content: reasoned(checks, (list) => ({ "exclude-queries": list })),
  }),
  psrule: (checks) => ({
    attach: "leave it in the folder where Invoke-PSRule runs",
    content: reasoned(checks, (list) => ({ rule: { exclude: list } })),
  }),
  prowler: (checks) => ({
    attach: "prowler aws --mutelist-file prowler-mutelist.yaml",
    content: stringify({
      Mutelist: {
        Accounts: {
          "*": {
            Checks: Object.fromEntries(
              checks.map((check) => [check.id, { Regions: ["*"], Resources: ["*"], Description: reason(check) }]),
            ),
          },
        },
      },
    }),
  }),
} satisfies Record<string, (checks: ScannerCheck[]) => Written>;

/** A list of checks in YAML, with the reason of each behind it: these formats have no field for it. */
function reasoned(checks: ScannerCheck[], nest: (list: string[]) => object): string {
  const document = new Document(nest(checks.map(({ id }) => id)));
  const reasons = new Map(checks.map((check) => [check.id, ` ${reason(check)}`]));
  const lines = document.toString().split("\n");
  return lines
    .map((line) => {
      const [, id = ""] = /- "?([^"]+?)"?$/.exec(line) ?? [];
      return reasons.has(id) ? `${line} #${reasons.get(id)}` : line;
    })
    .join("\n");
}

function reason({ demands, because, rule }: ScannerCheck): string {
  return `It demands ${demands}. ${because} Our rule ${rule} refuses that.`;
}
