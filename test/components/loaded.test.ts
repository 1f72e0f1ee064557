import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const country = join(root, "bench/country.ts");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-loaded-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Which clouds' packages a program loads files of, by what Node itself loaded. */
async function clouds(program: string, ...args: string[]): Promise<string[]> {
  const list = join(folder, `${args[0] ?? "none"}.txt`);
  const noted = ["--import", join(import.meta.dirname, "loaded/note-files.mjs"), program, ...args];
  await run(process.execPath, noted, { cwd: root, env: { ...process.env, LOADED_FILES: list } });
  const files = readFileSync(list, "utf8").split("\n");
  expect(files.some((file) => file.includes("/@pulumi/pulumi/"))).toBe(true);
  const named = files.flatMap((file) => /\/@pulumi\/(aws|azure-native)\//.exec(file)?.[1] ?? []);
  return [...new Set(named)].sort();
}

it.each([
  ["ee", []],
  ["in", ["aws"]],
  ["br", ["azure-native"]],
])("the program of %s loads of the clouds' packages %j, from the country file to the guards", async (stack, own) => {
  expect(await clouds(country, stack)).toEqual(own);
});

it("would be seen to load both, through import and through require", async () => {
  const both = join(root, "test/components/loaded/both-clouds.ts");
  expect(await clouds(both)).toEqual(["aws", "azure-native"]);
});
