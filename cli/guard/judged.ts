import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { type Declared, declared } from "../../policies/declaration.ts";
import { engineSettings } from "../../policies/engine-settings.ts";
import type { Evidence } from "../../policies/evidence/shape.ts";
import { evidenceOf, readEvidence, withReads } from "../../policies/evidence.ts";
import type { Resource } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { counted, english } from "../../policies/report/english.ts";
import { legible } from "../../policies/report/legible.ts";
import { type Subject, Unjudgeable } from "../../policies/subject.ts";
import { manifestFiles, manifestsSubject } from "../../policies/subjects/manifests.ts";
import { ONLY_READ, stateSubject } from "../../policies/subjects/state.ts";
import { approve } from "../../policies/waiver.ts";
import type { Ended } from "../../rehearsal/child.ts";
import { projectFolder } from "../../rehearsal/home.ts";
import { Failure } from "../failure.ts";
import type { ProgressLines } from "../progress.ts";
import { indented, PulumiCli } from "./pulumi.ts";

/** What is judged, and the environment that declares what it is judged by. */
export type What = {
  folder: string;
  stack?: string;
  state?: string;
  manifests?: string;
  env: NodeJS.ProcessEnv;
};

/** Judges what was named: a program by its preview, a stack as it stands, a stack export or manifests as they are. */
export async function judged(what: What, lines: ProgressLines): Promise<Evidence> {
  const { manifests, state, stack, folder, env } = what;
  if (manifests !== undefined) {
    const { texts, unread } =
      manifests === "-"
        ? { texts: [{ file: "stdin", text: await text(process.stdin) }], unread: [] }
        : manifestFiles(relative("", existing(manifests)) || ".");
    if (unread.length > 0) lines.say(notRead(unread));
    return offline(manifestsSubject(texts, manifests === "-" ? "stdin" : manifests), declared(env, {}), env);
  }
  if (state !== undefined) {
    const name = state === "-" ? "stdin" : state;
    const written = state === "-" ? await text(process.stdin) : readFileSync(existingFile(state), "utf8");
    return offline(stateSubject(written, { kind: "state", name, file: name }), declared(env, {}), env);
  }
  if (!existsSync(join(folder, "Pulumi.yaml"))) {
    const remedy = "Name the folder of a Pulumi program, or give --state or --manifests.";
    throw new Unjudgeable(folder, { found: "no Pulumi.yaml", allowed: "a Pulumi program", remedy });
  }
  const pulumi = new PulumiCli(folder);
  return stack === undefined ? ofProgram(pulumi, what, lines) : ofStack(pulumi, stack, what, lines);
}

async function offline(subject: Subject, by: Declared, env: NodeJS.ProcessEnv, engine?: string): Promise<Evidence> {
  const approvals = await approve(by.waivers, by.jurisdiction.country, env);
  const { jurisdiction, origins } = by;
  const judgement = judge(subject.resources, jurisdiction, { approvals });
  return evidenceOf({ subject, judgement, jurisdiction, origins, at: new Date(), ...(engine && { engine }) });
}

/** The stack as it stands. Its secrets come through a pipe and are never on a disk. */
async function ofStack(
  pulumi: PulumiCli,
  stack: string,
  { env, folder }: What,
  lines: ProgressLines,
): Promise<Evidence> {
  const by = declared(env, await configOf(pulumi, ["--stack", stack]));
  lines.begin("stack", `pulumi stack export --stack ${stack}`, 3);
  const exported = await pulumi.output(["stack", "export", "--show-secrets", "--stack", stack]);
  lines.end("read");
  const subject = stateSubject(exported, { kind: "stack", name: stack, file: "Pulumi.yaml" });
  const settings = engineSettings({ folder, stack, env });
  const named = { ...subject, name: [subject.project, subject.stack].join("/") };
  return offline({ ...named, resources: [settings, ...subject.resources] }, by, env, await pulumi.version());
}

/** The plan of a program, judged by the pack inside the engine. */
async function ofProgram(pulumi: PulumiCli, { env, folder }: What, lines: ProgressLines): Promise<Evidence> {
  // What nobody could judge by is told before anything runs; the pack declares for itself.
  const { jurisdiction, waivers } = declared(env, await configOf(pulumi));
  const stack = (await pulumi.ask(["stack", "--show-name"])).stdout.trim() || undefined;
  lines.begin("engine", "its own settings, before anything runs");
  const { byVerdict } = judge([engineSettings({ folder, stack, env })], jurisdiction);
  lines.end(`its own settings: ${english.tally(byVerdict)}`);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once("SIGINT", stop);
  const temporary = mkdtempSync(join(tmpdir(), "freehold-guard-"));
  const file = join(temporary, "evidence.json");
  try {
    lines.begin("program", "pulumi preview", 20);
    const events = join(temporary, "events.jsonl");
    const preview = ["preview", `--policy-pack=${packFolder()}`, `--event-log=${events}`];
    const ended = await pulumi.run(preview, {
      env: {
        ...env,
        PULUMI_STACK: stack,
        // The engine writes its events only for those who look for faults.
        PULUMI_DEBUG_COMMANDS: "true",
        FREEHOLD_EVIDENCE: file,
        FREEHOLD_PROJECT: folder,
      },
      onLine: (line) => lines.note(legible(line.trim())),
      signal: abort.signal,
    });
    if (abort.signal.aborted) throw new Failure("Stopped. Nothing was judged.");
    lines.end(ended.code === 0 ? "previewed" : "previewed, with errors");
    if (!existsSync(file)) throw new Failure(unjudged(ended));
    const approvals = await approve(waivers, jurisdiction.country, env);
    const reads = judge(readsIn(events), jurisdiction, { approvals, readsUnseen: true });
    const evidence = withReads(readEvidence(file), reads, approvals);
    // A preview that failed for another reason has not shown the whole plan.
    const refused = evidence.counts.broken + evidence.counts.undecidable > 0;
    if (ended.code !== 0 && !refused) throw new Failure(unjudged(ended));
    return { ...evidence, tool: { ...evidence.tool, engine: await pulumi.version() } };
  } finally {
    process.off("SIGINT", stop);
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What a plan reads and does not make: other stacks, resources by their id. The engine shows it to no pack. */
function readsIn(events: string): Resource[] {
  const lines = existsSync(events) ? readFileSync(events, "utf8").split("\n").filter(Boolean) : [];
  const read = lines.flatMap((line) => {
    const { resourcePreEvent } = JSON.parse(line) as { resourcePreEvent?: { metadata: Step } };
    const step = resourcePreEvent?.metadata;
    return step?.op === "read" ? [step] : [];
  });
  return read.map(({ urn, type }) => ({
    type,
    urn,
    name: urn.slice(urn.lastIndexOf("::") + 2),
    props: {},
    custom: true,
    holes: [{ path: "", ...ONLY_READ }],
  }));
}
type Step = { op: string; urn: string; type: string };

function unjudged({ code, stdout, stderr }: Ended): string {
  return [
    `The program was not judged: its preview ended with ${code}.`,
    indented(`${stdout}\n${stderr}`, 40),
    "  remedy   mend what the preview says, and run again",
  ].join("\n");
}

/** The stack's configuration as a pack is handed it, without what is secret. */
async function configOf(pulumi: PulumiCli, stack: string[] = []): Promise<Record<string, string>> {
  const { code, stdout } = await pulumi.ask(["config", "--json", ...stack]);
  // Without a stack there is no configuration; the preview will say what is missing.
  if (code !== 0) return {};
  const values = JSON.parse(stdout) as Record<string, { value?: string; secret?: boolean }>;
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, { value, secret }]) => (value === undefined || secret ? [] : [[key, value]])),
  );
}

/** The pack's own folder: beside the sources in a clone, above them in the npm package. */
function packFolder(): string {
  const folders = [join(projectFolder, "policies"), join(projectFolder, "..", "policies")];
  return folders.find((folder) => existsSync(join(folder, "PulumiPolicy.yaml"))) ?? folders[0]!;
}

function notRead(files: readonly string[]): string {
  const some = files.slice(0, 5).map(legible).join(", ");
  const more = files.length > 5 ? ` and ${files.length - 5} more` : "";
  return `Not read, for they end in neither .yaml, .yml nor .json: ${counted(files.length, "file")}, ${some}${more}`;
}

function existingFile(path: string): string {
  if (!statSync(existing(path)).isDirectory()) return path;
  const remedy = "pulumi stack export --show-secrets --file state.json";
  throw new Unjudgeable(path, { found: "a folder", allowed: "the file that pulumi stack export writes", remedy });
}

function existing(path: string): string {
  if (existsSync(path)) return path;
  const allowed = "a file or folder that exists, or - for standard input";
  throw new Unjudgeable(path, { found: "nothing there", allowed, remedy: `Look at ${resolve(path)}.` });
}
