import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

type Down = { since: string; because: string };

// Long enough that a closed network asks each site once per sitting, short enough that a mended one is noticed by itself.
const rememberMs = 60 * 60 * 1000;

/** Which hosts and optional parts could not be reached: one failure, then nobody waits for them again for an hour. */
export class Reach {
  readonly #file: string;
  readonly #down: Record<string, Down>;
  constructor(file: string) {
    this.#file = file;
    this.#down = read(file);
  }

  /** Why a host or part is not asked, or undefined when it may be. */
  because(name: string): string | undefined {
    const down = this.#down[name];
    return down && Date.now() - Date.parse(down.since) < rememberMs ? down.because : undefined;
  }

  /** Remembers that a host or part could not be reached. */
  lost(name: string, because: string): void {
    this.#down[name] = { since: new Date().toISOString(), because };
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(this.#down, null, 2)}\n`);
  }

  /** Forgets what could not be reached, so that everything is asked again. */
  forget(): void {
    for (const name of Object.keys(this.#down)) delete this.#down[name];
    rmSync(this.#file, { force: true });
  }
}

function read(file: string): Record<string, Down> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, Down>;
  } catch {
    return {};
  }
}
