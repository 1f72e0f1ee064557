import { styleText } from "node:util";
import { kubernetes } from "../catalogue/index.ts";
import { grouped } from "../components/country/wording.ts";
import { duration } from "./progress.ts";
import type { Summary } from "./summary.ts";

/** The summary as a person reads it, with what stands between it and the next steps. */
export function summaryText(summary: Summary, stream: NodeJS.WriteStream, between: readonly string[] = []): string {
  const bold = (text: string) => styleText("bold", text, { stream });
  const rows: [string, string][] = [
    ...summary.pools.map((pool): [string, string] => ["pool", poolText(pool)]),
    ...summary.models.map((server): [string, string] => ["model", modelText(server)]),
    ...addonsText(summary),
    ...summary.tenants.map((tenant): [string, string] => [
      "tenant",
      `${tenant.name}: ${tenant.address} (${tenant.models.join(", ")})${ofMonth(tenant)}`,
    ]),
    ["guards", guardsText(summary.guards)],
    ["changes", changesText(summary)],
    ...summary.simulated.map((text): [string, string] => ["simulated", text]),
    ["time", duration(summary.seconds)],
  ];
  const lines = rows.map(
    ([label, text], index) => `  ${(rows[index - 1]?.[0] === label ? "" : label).padEnd(15)}${text}`,
  );
  return [
    "",
    bold(
      `${summary.country} stands, rehearsed on this machine with a real engine and a real Kubernetes ${kubernetes().proven}.`,
    ),
    "",
    ...lines,
    "",
    ...between,
    ...(between.length > 0 ? [""] : []),
    bold("Next"),
    ...summary.next.map((text) => `  ${text}`),
  ].join("\n");
}

function poolText({ name, nodes, gpus, accelerator, resource, units, unitsFree }: Summary["pools"][number]): string {
  const given = units === gpus ? `${unitsFree} free` : `as ${units} × ${resource.split("/").at(-1)}, ${unitsFree} free`;
  return `${name}: ${nodes} ${nodes === 1 ? "node" : "nodes"}, ${gpus} × ${accelerator} (${given})`;
}

function modelText(server: Summary["models"][number]): string {
  const { name, model, replicas, most, gpusPerNode, nodesPerReplica, pool, contexts, contextTokens, fallback } = server;
  const copies = most ? `${replicas} to ${most}` : String(replicas);
  const size = nodesPerReplica > 1 ? `(${nodesPerReplica} nodes × ${gpusPerNode})` : String(gpusPerNode);
  const holds = contexts === null ? "" : `; each holds ${grouped(contexts)} × ${grouped(contextTokens)} tokens`;
  const instead = fallback === undefined ? "" : `; else ${fallback} answers`;
  return `${name}: ${model}, ${copies} × ${size} of ${pool}${holds}${instead}`;
}

function ofMonth({ tokensPerMonth }: Summary["tenants"][number]): string {
  return tokensPerMonth === undefined ? "" : `, ${grouped(tokensPerMonth)} tokens a month`;
}

/** Which add-ons came with the country, which were there, and what could not be checked of them. */
function addonsText({ addons, phoneHome }: Summary): [string, string][] {
  const named = (mode: string) =>
    addons
      .filter((each) => each.mode === mode)
      .map(({ name, version, proven }) =>
        mode === "existing" ? name : `${name} ${version}${proven ? "" : " (unproven)"}`,
      )
      // Five on a line, each line below the first.
      .map(
        (text, index, all) => text + (index === all.length - 1 ? "" : index % 5 === 4 ? `\n${" ".repeat(17)}` : ", "),
      )
      .join("");
  const unchecked = addons.flatMap((each) => each.unchecked);
  return [
    ["installed", named("install")],
    ["existing", named("existing")],
    ["phone home", phoneHome > 0 ? `${phoneHome} switches of add-ons are off: npx freehold catalogue addons` : ""],
    ["unchecked", unchecked.length > 0 ? `no definitions were to be had of ${unchecked.join(", ")}` : ""],
  ].filter((row): row is [string, string] => row[1] !== "");
}

function guardsText({ resources, verdicts, rules }: Summary["guards"]): string {
  const counts = ["held", "broken", "pending", "undecidable", "waived"].map(
    (verdict) => `${verdicts[verdict] ?? 0} ${verdict}`,
  );
  return `${resources} resources judged by ${rules.length} rules before the first was made: ${counts.join(", ")}`;
}

function changesText({ changes, changed }: Summary): string {
  const counts = Object.entries(changes).filter(([operation]) => operation !== "same");
  const same = changes.same ?? 0;
  if (counts.length === 0) return `none; ${same} resources are as declared`;
  const text = counts.map(([operation, count]) => `${count} ${operation}`).join(", ");
  return changed.length <= 6
    ? [text, ...changed].join(`\n${" ".repeat(17)}`)
    : `${text}${same > 0 ? `, ${same} same` : ""}`;
}
