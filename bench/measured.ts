import { type ChildProcess, execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A command as it is started: words, and where. */
export type Command = { words: string[]; cwd?: string; env?: NodeJS.ProcessEnv };

/** What a command took: on the clock, and of all processors together, with every process that it started. */
export type Taken = { seconds: number; processor: number };

/** Runs a command that has to succeed. */
export async function taken({ words: [file, ...args], cwd, env }: Command): Promise<Taken> {
  const began = performance.now();
  const before = processorOfChildren();
  await run(file!, args, { cwd, env, maxBuffer: 2 ** 28 });
  return { seconds: (performance.now() - began) / 1000, processor: processorOfChildren() - before };
}

/** Medians of several runs, and beside the first of them: the medians of ratios and of differences turn by turn. */
export type Compared = Taken & { ratio: Taken; beyond: Taken };

/**
 * Lets commands take turns, so that whatever else the machine does falls on all alike; one turn more than `turns`, the first
 * of which warms caches and does not count.
 */
export async function sideBySide<Name extends string>(
  commands: Record<Name, Command>,
  turns: number,
): Promise<Record<Name, Compared>> {
  const names = Object.keys(commands) as Name[];
  const rounds: Record<Name, Taken>[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    const round = {} as Record<Name, Taken>;
    for (const name of names) round[name] = await taken(commands[name]);
    if (turn > 0) rounds.push(round);
  }
  const over = (value: (round: Record<Name, Taken>) => number) => median(rounds.map(value));
  const compared = names.map((name) => {
    const [seconds, processor] = (["seconds", "processor"] as const).map((clock) =>
      over((round) => round[name][clock]),
    );
    const beside = (compare: (own: number, first: number) => number): Taken => ({
      seconds: over((round) => compare(round[name].seconds, round[names[0]!].seconds)),
      processor: over((round) => compare(round[name].processor, round[names[0]!].processor)),
    });
    return [
      name,
      { seconds, processor, ratio: beside((own, first) => own / first), beyond: beside((own, first) => own - first) },
    ];
  });
  return Object.fromEntries(compared) as Record<Name, Compared>;
}

/** The middle one; of an even number the lower. */
function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

/** What one process needed at most: resident memory in MiB, and processor time in seconds. */
export type Peak = { mebibytes: number; processor: number };

/** The parts of an update, by what is on their command line. */
const parts = {
  engine: /^(?:\S*\/)?pulumi /,
  program: /\/cmd\/run(?:\/index\.js)? /,
  pack: /\/cmd\/run-policy-pack(?:\/index\.js)? /,
  provider: /pulumi-resource-kubernetes/,
} as const;

/** Runs a command and watches what each part of the update grows to. Linux only, and too busy watching to be timed. */
export async function peaks({
  words: [file, ...args],
  cwd,
  env,
}: Command): Promise<Partial<Record<keyof typeof parts, Peak>>> {
  const found: Partial<Record<keyof typeof parts, Peak>> = {};
  const running = run(file!, args, { cwd, env, maxBuffer: 2 ** 28 });
  let over = false;
  const ended = running.finally(() => {
    over = true;
  });
  const watched = (async () => {
    while (!over) {
      for (const pid of descendants((running.child as ChildProcess).pid!)) look(pid, found);
      await sleep(20);
    }
  })();
  await Promise.all([ended, watched]);
  return found;
}

function look(pid: number, found: Partial<Record<keyof typeof parts, Peak>>) {
  const commandLine = fileOf(pid, "cmdline").replaceAll("\0", " ");
  const [part] = Object.entries(parts).find(([, pattern]) => pattern.test(commandLine)) ?? [];
  const [, kibibytes] = /^VmHWM:\s+(\d+)/m.exec(fileOf(pid, "status")) ?? [];
  if (part === undefined || kibibytes === undefined) return;
  const [user = 0, system = 0] = processorTimes(fileOf(pid, "stat"), 0);
  found[part as keyof typeof parts] = { mebibytes: Number(kibibytes) / 1024, processor: user + system };
}

/** A process and all that it started. Empty once it has ended. */
function descendants(pid: number): number[] {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const children = threads.flatMap((thread) => fileOf(pid, `task/${thread}/children`).split(" ").filter(Boolean));
  return [pid, ...children.flatMap((child) => descendants(Number(child)))];
}

function processorOfChildren(): number {
  const [user = 0, system = 0] = processorTimes(fileOf(process.pid, "stat"), 2);
  return user + system;
}

/** User and system time in seconds: of the process itself, or two fields later of the children that it waited for. */
function processorTimes(stat: string, later: 0 | 2): number[] {
  // The name, in brackets, may hold blanks. A tick is a hundredth of a second wherever Linux runs Node.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11 + later, 13 + later).map((ticks) => Number(ticks) / 100);
}

/** A file of a process, empty once it has ended. */
function fileOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
