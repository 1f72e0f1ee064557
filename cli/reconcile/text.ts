import type { Finding } from "../../components/ledger/programs/reconcile.ts";

const closing = {
  agrees: "The ledger, the gateway and the engines agree.",
  differs: "They differ.",
  unknown: "Nobody can tell whether they agree.",
};

/** A table of what was compared, with why where two counts are not the same, and what it comes to. */
export function textOf(findings: readonly Finding[], verdict: keyof typeof closing): string {
  if (findings.length === 0) return "Nothing was asked, and nothing counted: that agrees.";
  const number = (value: number) => value.toLocaleString("en-GB");
  const rows = [
    ["", "", "", "ledger", "counted", "difference", ""],
    ...findings.flatMap(({ against, tenant, name, ledger, counted, verdict }) =>
      (["in", "out"] as const).map((kind) => {
        const difference = counted[kind] - ledger[kind];
        const whose = kind === "in" ? [against, tenant ? `${tenant} ${name}` : name] : ["", ""];
        const numbers = [ledger[kind], counted[kind], difference].map(number);
        return [...whose, `tokens ${kind}`, ...numbers, kind === "in" ? verdict : ""];
      }),
    ),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column > 2 && column < 6;
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
  const reasons = findings.flatMap(({ against, tenant, name, why }) =>
    why.map((each) => `${[against, tenant, name].filter(Boolean).join(" ")}: ${each}`),
  );
  return [...lines, "", ...reasons, ...(reasons.length > 0 ? [""] : []), closing[verdict]].join("\n");
}
