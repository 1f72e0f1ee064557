import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, parseDocument, visit } from "yaml";
import { childEnv, type Home } from "./home.ts";

/** What a rehearsal's stack file has that the country's must not: its own key salt and its own key seed. */
type OwnSecrets = { encryptionsalt: string; keySeed: string };

/** Values of a country file that a rehearsal has otherwise, by section and, where it is one of a section's, field. */
export type Changes = { at: [section: string, field?: string]; value: unknown }[];

/**
 * Brings the rehearsal's copy of the stack file up to date with the country file. Secrets of the country are sealed with
 * a key the rehearsal does not have and should not: its own take their place.
 */
export function copyStackFile(home: Home, changes: Changes = []): void {
  const own = ownSecrets(home);
  const document = parseDocument(readFileSync(home.countryFile, "utf8"));
  for (const key of ["secretsprovider", "encryptedkey", "encryptionsalt"]) document.delete(key);
  replaceSecureValues(document);
  document.setIn(["config", "freehold:keySeed"], { secure: own.keySeed });
  document.set("encryptionsalt", own.encryptionsalt);
  for (const { at, value } of changes) {
    document.setIn(["config", `freehold:${at[0]}`, ...at.slice(1)], document.createNode(value));
  }
  writeWhole(home.stackFile, document.toString({ lineWidth: 0 }));
}

/**
 * Makes the stack and its secrets on first use: the CLI seals them, in a project folder where no country file lies. Its key seed is
 * the one that is given, or one of its own.
 */
export function initialiseStack(
  home: Home,
  env: Record<string, string>,
  keySeed = randomBytes(32).toString("hex"),
): void {
  if (existsSync(secretsFile(home))) return;
  // Cut off before, it may have left half a backend; there is nothing in it yet.
  rmSync(home.state, { recursive: true, force: true });
  mkdirSync(home.state, { recursive: true, mode: 0o700 });
  const scratch = join(home.folder, "initial");
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  writeFileSync(join(scratch, "Pulumi.yaml"), "name: freehold\nruntime: nodejs\n");
  const pulumi = (args: string[], input = "") => {
    const run = spawnSync(join(home.engine, "pulumi"), [...args, "--non-interactive"], {
      cwd: scratch,
      env: childEnv(env),
      encoding: "utf8",
      input,
    });
    if (run.status !== 0) throw new Error(`pulumi ${args[0]} ${args[1]} failed:\n${run.stderr || run.stdout}`);
  };
  pulumi(["stack", "select", "--create", home.stack]);
  // Not on the command line, which everybody on the machine can read.
  pulumi(["config", "set", "--secret", "freehold:keySeed", "-s", home.stack], keySeed);
  const written = parseDocument(readFileSync(join(scratch, `Pulumi.${home.stack}.yaml`), "utf8"));
  const own: OwnSecrets = {
    encryptionsalt: String(written.get("encryptionsalt")),
    keySeed: String(written.getIn(["config", "freehold:keySeed", "secure"])),
  };
  writeWhole(secretsFile(home), JSON.stringify(own));
  rmSync(scratch, { recursive: true, force: true });
}

const secretsFile = (home: Home) => join(home.folder, "secrets.json");

function ownSecrets(home: Home): OwnSecrets {
  return JSON.parse(readFileSync(secretsFile(home), "utf8"));
}

function replaceSecureValues(document: Document) {
  visit(document, {
    Map: (_, node) => {
      if (isMap(node) && node.items.length === 1 && node.has("secure")) return document.createNode("rehearsal");
      return undefined;
    },
  });
}

/** Never leaves half a file, wherever it is interrupted. */
function writeWhole(path: string, text: string) {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
