import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Properties } from "../kubernetes-provider/properties.ts";

/** A resource as it stands in the simulated cloud, all of it in the clear. */
export type Standing = {
  /** Pulumi's type token. */
  type: string;
  id: string;
  /** Name of the resource in the program that made it. */
  name: string;
  inputs: Properties;
  outputs: Properties;
  /** Ids of what it refers to and what cannot be deleted while it stands. */
  holds: { type: string; id: string }[];
  created: string;
  /** Set until all that comes of the last request has come, as the machines of a node group. */
  unsettled?: true;
  /** What a deletion left behind that has not ended yet; such a resource no longer stands. */
  left?: Properties;
};

/**
 * A simulated cloud on disk, one file per resource. A file is written whole before anybody is told of the resource, so that
 * whoever is killed leaves behind what a cloud would still have. Nothing is kept in memory: another process sees the same.
 */
export class World {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes a resource, new or changed. */
  put(standing: Standing): void {
    writeWhole(this.#fileOf(standing.type, standing.id), `${JSON.stringify(standing, null, 2)}\n`);
  }

  /** The resource of this type with this id, if it stands. */
  get(type: string, id: string): Standing | undefined {
    const found = read(this.#fileOf(type, id));
    return found?.left ? undefined : found;
  }

  /** Removes a resource, or leaves of it what its deletion leaves. */
  remove(standing: Standing, left?: Properties): void {
    if (left) this.put({ ...standing, holds: [], left });
    else rmSync(this.#fileOf(standing.type, standing.id), { force: true });
  }

  /** What stands, of one type or of all. */
  standing(type?: string): Standing[] {
    return this.#all(type).filter(({ left }) => !left);
  }

  /** What was deleted and has not ended yet. */
  leaving(type?: string): Standing[] {
    return this.#all(type).filter(({ left }) => left);
  }

  /** What stands under an id, an ARN or a name, among some types. */
  find(types: readonly string[], reference: string): Standing | undefined {
    for (const type of types) {
      const found = this.get(type, reference) ?? this.standing(type).find((one) => namesOf(one).includes(reference));
      if (found) return found;
    }
    return undefined;
  }

  /** Those that stand and hold on to a resource. */
  usersOf({ type, id }: Pick<Standing, "type" | "id">): Standing[] {
    return this.standing().filter(({ holds }) => holds.some((held) => held.type === type && held.id === id));
  }

  /** Whether nothing stands. What only waits for the end of its deletion does not. */
  isEmpty(): boolean {
    return this.standing().length === 0;
  }

  #all(type?: string): Standing[] {
    const root = join(this.folder, "resources");
    const folders = type ? [join(root, folderOf(type))] : names(root).map((name) => join(root, name));
    return folders.flatMap((folder) =>
      names(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => read(join(folder, name)))
        .filter((one) => one !== undefined),
    );
  }

  #fileOf(type: string, id: string): string {
    const readable = id.slice(-60).replaceAll(/[^A-Za-z0-9.-]+/g, "_");
    const sum = createHash("sha256").update(id).digest("hex").slice(0, 12);
    return join(this.folder, "resources", folderOf(type), `${readable}-${sum}.json`);
  }
}

/** A file whose old content stands until the new one is there whole. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${randomBytes(6).toString("hex")}.new`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  renameSync(unfinished, file);
}

/** Under what a resource is known beside its id: the properties that services take for one. */
function namesOf({ outputs }: Standing): unknown[] {
  return [outputs.arn, outputs.name, outputs.keyId, outputs.bucket, outputs.id];
}

function folderOf(type: string): string {
  return type.replaceAll(/[^A-Za-z0-9.-]+/g, "_");
}

function names(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function read(file: string): Standing | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Standing;
  } catch (error) {
    // Somebody else may have deleted it since the folder was read.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
