import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { run } from "./child.ts";
import type { StateResource } from "./clouds/adopt.ts";
import { endedInCluster } from "./cluster.ts";
import { childEnv, type Home, projectFolder } from "./home.ts";

/** What an update did, counted by Pulumi's own operation names (create, update, same, ...). */
export type EngineResult = {
  ok: boolean;
  changes: Record<string, number>;
  /** What changed, one line each: `+ kubernetes:core/v1:Namespace models`. */
  changed: string[];
  outputs: Record<string, unknown>;
  /** What the engine, the program or a policy said was wrong, in its own words. */
  errors: string[];
  /** What could not be made, as far as the engine knows: where a reply was lost it stands all the same. */
  unmade: StateResource[];
};

type EngineEvent = {
  resOutputsEvent?: { metadata: StepMetadata };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  policyEvent?: { message: string; enforcementLevel: string };
  summaryEvent?: { resourceChanges?: Record<string, number> };
};
type StepMetadata = {
  op: string;
  type: string;
  urn: string;
  new?: { parent?: string; provider?: string; outputs?: Record<string, unknown> };
};

/** How far an update is: finished steps, and the resource that was finished last. */
export type EngineProgress = { done: number; name: string };

/** Runs the real engine on the rehearsal's stack: `up` or `destroy`, with the policy pack where there is one to run. */
export async function runEngine(
  home: Home,
  env: Record<string, string>,
  command: string[],
  onProgress: (progress: EngineProgress) => void,
  signal?: AbortSignal,
): Promise<EngineResult> {
  const log = join(home.folder, "events.jsonl");
  rmSync(log, { force: true });
  const result: EngineResult = { ok: false, changes: {}, changed: [], outputs: {}, errors: [], unmade: [] };
  const done = new Set<string>();
  const warned = new Map<string, string>();
  const tail = follow(log, (line) => collect(JSON.parse(line), result, done, warned, onProgress));
  const timer = setInterval(tail.read, 100);
  try {
    const { code, stdout, stderr } = await run(
      join(home.engine, "pulumi"),
      [
        ...command,
        `--stack=${home.stack}`,
        `--config-file=${home.stackFile}`,
        "--non-interactive",
        `--event-log=${log}`,
      ],
      { cwd: projectFolder, env: childEnv({ ...env, PULUMI_DEBUG_COMMANDS: "true" }), signal },
    );
    tail.read();
    result.ok = code === 0;
    // Nothing in the log: the engine stopped before it began, and says why on its own output.
    if (!result.ok && result.errors.length === 0) result.errors.push((stderr || stdout).trim());
    const ended = result.ok ? undefined : endedInCluster(home);
    if (ended) result.errors.push(`The control plane of this rehearsal does not stand any more.\n${ended}`);
    return result;
  } finally {
    clearInterval(timer);
    tail.close();
    // Among what the SDK tells of itself are secrets in the clear.
    rmSync(log, { force: true });
  }
}

function collect(
  event: EngineEvent,
  result: EngineResult,
  done: Set<string>,
  /** What a provider warned of last while it waited, by resource: why a wait that failed was one. */
  warned: Map<string, string>,
  onProgress: (progress: EngineProgress) => void,
) {
  if (event.resOutputsEvent) {
    const { op, type, urn, new: after } = event.resOutputsEvent.metadata;
    const name = urn.split("::").at(-1) ?? urn;
    done.add(urn);
    onProgress({ done: done.size, name });
    if (op !== "same" && !type.startsWith("pulumi:pulumi:")) result.changed.push(`${signs[op] ?? op} ${type} ${name}`);
    if (type === "pulumi:pulumi:Stack") result.outputs = after?.outputs ?? {};
  }
  if (event.resOpFailedEvent?.metadata.op.startsWith("create")) {
    const { urn, type, new: wanted } = event.resOpFailedEvent.metadata;
    result.unmade.push({ urn, type, parent: wanted?.parent, provider: wanted?.provider });
  }
  if (event.summaryEvent) result.changes = event.summaryEvent.resourceChanges ?? {};
  const { diagnosticEvent: said, policyEvent: policy } = event;
  if (said?.urn && said.ephemeral && said.severity === "warning") warned.set(said.urn, plain(said.message));
  if (said?.severity === "error" && !said.ephemeral) result.errors.push(aboutOf(said, warned));
  if (policy?.enforcementLevel === "mandatory") result.errors.push(plain(policy.message));
}

const signs: Record<string, string> = { create: "+", update: "~", delete: "-", replace: "+-" };

/** An error with the resource that it is about: a provider's own words need not name it. The stack's are the program's own. */
function aboutOf({ urn = "", message }: { urn?: string; message: string }, warned: Map<string, string>): string {
  const [type = "", name = ""] = urn.split("::").slice(-2);
  const kind = type.split("$").at(-1);
  if (!name || kind === "pulumi:pulumi:Stack") return plain(message);
  const warning = warned.get(urn);
  return `${kind} ${name}: ${plain(message)}${warning ? `\n${warning}` : ""}`;
}

/** Engine messages carry colour marks such as `<{%reset%}>`. */
function plain(message: string): string {
  return message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
}

/** Reads a file that another process is still writing, whole lines only. */
function follow(path: string, onLine: (line: string) => void) {
  let file: number | undefined;
  let offset = 0;
  let rest = "";
  const decoder = new StringDecoder("utf8");
  return {
    read() {
      if (file === undefined && existsSync(path)) file = openSync(path, "r");
      if (file === undefined) return;
      const bytes = Buffer.alloc(fstatSync(file).size - offset);
      if (bytes.length === 0) return;
      offset += readSync(file, bytes, 0, bytes.length, offset);
      const lines = (rest + decoder.write(bytes)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) onLine(line);
    },
    close() {
      if (file !== undefined) closeSync(file);
    },
  };
}
