import type { Progress } from "../rehearsal/toolchain.ts";
import type { ProgressLines } from "./progress.ts";

const doing: Partial<Record<Progress["phase"], string>> = {
  fetching: "fetching",
  building: "building from source",
  waiting: "waiting",
};

/** Shows a set-up: one line for everything that was there, and one for each part that takes time. */
export class SetupLines {
  readonly #lines: ProgressLines;
  readonly #there: string[] = [];
  #current: string | undefined;
  #why: string | undefined;
  #closed = false;

  constructor(lines: ProgressLines) {
    this.#lines = lines;
  }

  show(progress: Progress) {
    const { is: part, phase, detail, usuallySeconds, source } = progress;
    const text = doing[phase];
    if (text !== undefined) {
      const told = phase === "waiting" && detail ? detail : `${text}${source ? ` (${source})` : ""}`;
      if (this.#current !== part) {
        this.#finish();
        this.#current = part;
        this.#lines.begin("engine", `${part}: ${told}`, usuallySeconds);
      } else {
        this.#lines.note(`${part}: ${told}${detail ? `, ${detail}` : ""}`);
      }
    } else if (phase === "ready" && this.#current === part) {
      this.#lines.end(`${part}: ready, from ${source}`);
      this.#current = undefined;
    } else if (phase === "skipped") {
      this.#why = detail;
    } else if (phase === "absent" && this.#current === part) {
      this.#lines.end(`${part}: not to be had here. ${this.#why}`);
      this.#current = undefined;
    } else if (phase === "found" || phase === "ready") {
      this.#there.push(part);
    }
  }

  /** One line that sums up what was there already; once. */
  close() {
    this.#finish();
    if (this.#closed) return;
    this.#closed = true;
    if (this.#there.length > 0) {
      this.#lines.say(`  ${"engine".padEnd(15)}${this.#there.length} parts are here already`);
    }
  }

  #finish() {
    if (this.#current !== undefined) this.#lines.end(`${this.#current}: done`);
    this.#current = undefined;
  }
}
