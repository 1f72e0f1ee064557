import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { isJson } from "./usage-line.ts";

/** Lines that were read and are not yet confirmed. */
export type Batch = { lines: string[]; bytes: number };

/** Most that is read at once, and the longest line that is taken for one. */
const chunkBytes = 256 * 1024;
const longestLineBytes = 1024 * 1024;

/**
 * The log that a proxy writes, read from where its reader stopped, whichever of the two ended in between. The place is kept
 * beside the log and moves only when a batch is confirmed, so a line is read again rather than lost.
 *
 * A large log is put aside under another name, and the proxy asked to open a new one. It closes the old before it opens the
 * new (Envoy, AccessLogFileImpl), so the old one is complete when the new one is there; only then is it taken away.
 */
export class AccessLog {
  readonly #path: string;
  #place: { inode: number; offset: number };
  #pending = 0;

  constructor(path: string) {
    this.#path = path;
    this.#place = readPlace(this.#placeFile);
  }

  /** The next whole lines; none when everything is read. `ended`: nobody writes any more, so a last line may lack its end. */
  read(ended = false): Batch {
    const file = this.#open();
    if (!file) return { lines: [], bytes: 0 };
    try {
      const { ino, size } = fstatSync(file.descriptor);
      if (ino !== this.#place.inode || size < this.#place.offset) this.#place = { inode: ino, offset: 0 };
      const length = Math.min(size - this.#place.offset, chunkBytes);
      const batch = this.#linesOf(file.descriptor, length, (rest) => file.complete || (ended && isJson(rest)));
      this.#pending = batch.bytes;
      if (batch.bytes === 0 && file.complete) {
        this.#takeAway();
        return this.read(ended);
      }
      return batch;
    } finally {
      closeSync(file.descriptor);
    }
  }

  /** Says that the lines of the last batch are where they belong. */
  confirm(): void {
    this.#place = { ...this.#place, offset: this.#place.offset + this.#pending };
    this.#pending = 0;
    this.#keepPlace();
  }

  /** Bytes that are not confirmed yet. */
  get behindBytes(): number {
    const sizes = [statOf(this.#aside), statOf(this.#path)].map((file) =>
      file ? file.size - (file.ino === this.#place.inode ? this.#place.offset : 0) : 0,
    );
    return Math.max(0, sizes[0]! + sizes[1]!);
  }

  /** Puts a log of this size aside. Answers whether the proxy has to be asked, now or still, to open a new one. */
  putAside(fromBytes: number): boolean {
    if (!statOf(this.#aside)) {
      if ((statOf(this.#path)?.size ?? 0) < fromBytes) return false;
      // The place goes by the file and not by its name, so it holds afterwards.
      renameSync(this.#path, this.#aside);
    }
    return !statOf(this.#path);
  }

  get #aside(): string {
    return `${this.#path}.1`;
  }

  get #placeFile(): string {
    return `${this.#path}.place`;
  }

  /** The oldest of the two that there are. */
  #open(): { descriptor: number; complete: boolean } | undefined {
    const aside = opened(this.#aside);
    if (aside !== undefined) return { descriptor: aside, complete: statOf(this.#path) !== undefined };
    const current = opened(this.#path);
    return current === undefined ? undefined : { descriptor: current, complete: false };
  }

  #linesOf(descriptor: number, length: number, isWhole: (rest: string) => boolean): Batch {
    if (length <= 0) return { lines: [], bytes: 0 };
    let bytes = readAt(descriptor, this.#place.offset, length);
    let end = bytes.lastIndexOf(10) + 1;
    if (end === 0 && length === chunkBytes) {
      bytes = readAt(descriptor, this.#place.offset, longestLineBytes);
      end = bytes.indexOf(10) + 1;
      // No line of the proxy's: it goes to those that are refused, in pieces.
      if (end === 0 && bytes.length === longestLineBytes) end = bytes.length;
    }
    if (end === 0 && isWhole(bytes.toString())) end = bytes.length;
    const lines = bytes
      .toString("utf8", 0, end)
      .split("\n")
      .filter((line) => line.trim() !== "");
    return { lines, bytes: end };
  }

  /** The new log's place is kept before the old log goes: its number may come again. */
  #takeAway(): void {
    const next = statOf(this.#path);
    if (!next) return;
    this.#place = { inode: next.ino, offset: 0 };
    this.#keepPlace();
    rmSync(this.#aside, { force: true });
  }

  #keepPlace(): void {
    const next = `${this.#placeFile}.new`;
    const descriptor = openSync(next, "w", 0o600);
    try {
      writeFileSync(descriptor, JSON.stringify(this.#place));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(next, this.#placeFile);
  }
}

/** Without a place, or with one that cannot be read, everything is read again: what is written already stays one record. */
function readPlace(path: string): { inode: number; offset: number } {
  try {
    const { inode, offset } = JSON.parse(readFileSync(path, "utf8"));
    if (Number.isSafeInteger(inode) && Number.isSafeInteger(offset) && offset >= 0) return { inode, offset };
  } catch {}
  return { inode: 0, offset: 0 };
}

function readAt(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
