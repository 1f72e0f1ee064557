import { styleText } from "node:util";

const width = 15;

/**
 * Says what is being done, one line a thing: what it is, how long it usually takes, and how long it took. On a terminal the
 * line of the thing in hand is rewritten as it goes on; elsewhere a line is printed when it ends, and ahead of what takes long.
 */
export class ProgressLines {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #began = 0;
  #label = "";
  #doing = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#live = out.isTTY === true;
  }

  /** A heading or a sentence on a line of its own. */
  say(text: string) {
    this.#out.write(`${text}\n`);
  }

  begin(label: string, doing: string, usuallySeconds?: number) {
    this.#began = performance.now();
    this.#label = label;
    this.#doing = usuallySeconds ? `${doing} (usually ${duration(usuallySeconds)})` : doing;
    // A log needs a line ahead only where a reader would otherwise wonder.
    if (!this.#live) return (usuallySeconds ?? 0) >= 10 ? this.#print(this.#doing) : undefined;
    this.#rewrite(this.#doing);
    this.#timer = setInterval(() => this.#rewrite(this.#doing), 1000);
    this.#timer.unref();
    return undefined;
  }

  /** Where the thing in hand has got to; shown on terminals only. */
  note(doing: string) {
    this.#doing = doing;
    if (this.#live) this.#rewrite(doing);
  }

  end(done: string) {
    clearInterval(this.#timer);
    const seconds = (performance.now() - this.#began) / 1000;
    if (this.#live) this.#out.write("\r\u001b[2K");
    this.#print(`${done} ${this.#dim(`(${duration(seconds)})`)}`);
    this.#label = "";
  }

  /** Leaves the line of an unfinished thing, so that what is said next does not overwrite it. */
  stop() {
    clearInterval(this.#timer);
    if (this.#live && this.#label) this.#out.write("\n");
    this.#label = "";
  }

  #rewrite(text: string) {
    const seconds = Math.round((performance.now() - this.#began) / 1000);
    const line = `  ${this.#label.padEnd(width)}${text}${seconds > 1 ? ` ${seconds} s` : ""}`;
    this.#out.write(`\r\u001b[2K${line.slice(0, (this.#out.columns ?? 80) - 1)}`);
  }

  #print(text: string) {
    this.#out.write(`  ${this.#label.padEnd(width)}${text}\n`);
  }

  #dim(text: string) {
    return styleText("dim", text, { stream: this.#out });
  }
}

/** Seconds as a person says them: `0.4 s`, `12 s`, `3 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
