import type { AccessLog } from "./access-log.ts";
import type { RecordsTable, Written } from "./records-table.ts";
import { type RefusedLine, refusedLine, type UsageRecord, usageLine, withoutFragment } from "./usage-line.ts";

/** What time is, and how it passes: tests have their own. */
export type Clock = { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };

export type RecordingArgs = {
  log: AccessLog;
  table: RecordsTable;
  clock: Clock;
  /** From this size on a log is put aside, so that what is written does not fill the disk. */
  asideFromBytes: number;
  /** Asks the proxy to close its log and open it anew. */
  reopen(): Promise<void>;
  say(line: string): void;
  /** Where lines go that could not be written before the end. */
  lastResort(lines: readonly string[]): void;
};

/** What has happened since the start, and how it stands: for whoever watches. */
export type Standing = Written & {
  anonymous: number;
  overMany: number;
  failures: number;
  behindMs: number;
  /** How often each tenant was refused with each status, by `tenant status`. */
  refusals: Map<string, number>;
};

const pauseMs = 500;
const longestPauseMs = 30_000;
/** Refusals of one tenant, with one status, in one minute that are kept one by one: a client that runs wild fills no database. */
const refusalsKept = 60;

/** Carries each line of the log to the table: in their order, each once, and nothing is left behind. */
export class Recording {
  readonly standing: Standing = {
    records: 0,
    duplicates: 0,
    refused: 0,
    anonymous: 0,
    overMany: 0,
    failures: 0,
    behindMs: 0,
    refusals: new Map(),
  };
  /** When it last went round, by the clock. */
  lastRoundMs: number;
  readonly #args: RecordingArgs;
  #refusals: Refusals = { minute: "", of: new Map() };
  #behindSince: number | undefined;

  constructor(args: RecordingArgs) {
    this.#args = args;
    this.lastRoundMs = args.clock.now();
  }

  /**
   * Goes on until `stopping` fires and everything is written. What cannot be by `giveUp` is handed to the last resort; whether
   * that was so is the answer.
   */
  async run(stopping: AbortSignal, giveUp: AbortSignal): Promise<"written" | "given up"> {
    const { log, clock, say, lastResort } = this.#args;
    let failed = 0;
    while (!giveUp.aborted) {
      this.lastRoundMs = clock.now();
      const ended = stopping.aborted;
      let more = false;
      try {
        more = await this.#round(ended);
        if (failed > 0) say(`records are written again, after ${failed} attempts`);
        failed = 0;
      } catch (error) {
        failed++;
        this.standing.failures++;
        if (failed === 1) say(`records are not written, and wait in the log: ${(error as Error).message || error}`);
      }
      this.#measure();
      if (failed === 0 && ended && !more) return "written";
      if (more && failed === 0) continue;
      const waitMs = failed > 0 ? Math.min(pauseMs * 2 ** (failed - 1), longestPauseMs) : pauseMs;
      await clock.sleep(waitMs, ended ? giveUp : stopping);
    }
    for (let batch = log.read(true); batch.bytes > 0; batch = log.read(true)) {
      lastResort(batch.lines);
      log.confirm();
    }
    return "given up";
  }

  /** Writes the next lines; whether there were any. */
  async #round(ended: boolean): Promise<boolean> {
    const { log, table, reopen, asideFromBytes } = this.#args;
    if (!ended && log.putAside(asideFromBytes)) await reopen();
    const batch = log.read(ended);
    if (batch.bytes === 0) return false;
    const refusals = { ...this.#refusals, of: new Map(this.#refusals.of) };
    const { records, refused, anonymous, overMany, denied } = sorted(batch.lines, refusals);
    if (records.length + refused.length > 0) {
      const written = await table.write(records, refused);
      this.standing.records += written.records;
      this.standing.duplicates += written.duplicates;
      this.standing.refused += written.refused;
    }
    log.confirm();
    // Not before: a batch that is tried again is counted once.
    this.#refusals = refusals;
    this.standing.anonymous += anonymous;
    this.standing.overMany += overMany;
    for (const kind of denied) this.standing.refusals.set(kind, (this.standing.refusals.get(kind) ?? 0) + 1);
    return true;
  }

  #measure(): void {
    const now = this.#args.clock.now();
    this.#behindSince = this.#args.log.behindBytes === 0 ? undefined : (this.#behindSince ?? now);
    this.standing.behindMs = this.#behindSince === undefined ? 0 : now - this.#behindSince;
  }
}

/** Refusals of the minute, by tenant and status. */
type Refusals = { minute: string; of: Map<string, number> };

function sorted(lines: readonly string[], refusals: Refusals) {
  const records: UsageRecord[] = [];
  const refused: RefusedLine[] = [];
  let anonymous = 0;
  let overMany = 0;
  const denied: string[] = [];
  for (const line of lines) {
    const cut = "refused" in usageLine(line) ? withoutFragment(line) : undefined;
    if (cut) refused.push(refusedLine(cut.fragment, "ends in its middle"));
    const read = usageLine(cut ? cut.rest : line);
    if ("refused" in read) refused.push(read.refused);
    else if ("anonymous" in read) anonymous++;
    else {
      const { record } = read;
      if (isRefusal(record)) denied.push(`${record.tenant} ${record.status}`);
      if (isOneTooMany(record, refusals)) overMany++;
      else records.push(record);
    }
  }
  return { records, refused, anonymous, overMany, denied };
}

function isRefusal({ status, counted }: UsageRecord): boolean {
  return counted === null && status >= 400 && status <= 499;
}

/** Only what cost nothing can be too many. */
function isOneTooMany(record: UsageRecord, refusals: Refusals): boolean {
  if (!isRefusal(record)) return false;
  const { tenant, time, status } = record;
  const minute = time.slice(0, 16);
  if (minute > refusals.minute) {
    refusals.minute = minute;
    refusals.of.clear();
  }
  const kind = `${tenant} ${status}`;
  const seen = (refusals.of.get(kind) ?? 0) + 1;
  refusals.of.set(kind, seen);
  return seen > refusalsKept;
}
