import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { withoutUserinfo } from "./userinfo.ts";

const aCountry = "an ISO 3166-1 code of a country in catalogue/countries, or the path of a country file";

/** Nobody has said, or nobody can tell, what a program is to be judged by. Its message is the report. */
export class Undeclared extends Error {
  constructor(found: string, remedy: string, allowed = aCountry) {
    super([`  found    ${found}`, `  allowed  ${allowed}`, `  remedy   ${remedy}`].map(withoutUserinfo).join("\n"));
    this.name = "Undeclared";
  }
}

/** The file that a variable names. A pack runs in its own folder; a relative path is meant from where the command was typed. */
export function fileNamed(
  variable: string,
  env: NodeJS.ProcessEnv,
  allowed = "the path of a file",
): string | undefined {
  const value = env[variable];
  if (!value) return undefined;
  const bases = [env.INIT_CWD, env.PWD, process.cwd()];
  const path = bases.map((base) => resolve(base ?? "", value)).find((each) => existsSync(each));
  if (path) return path;
  const remedy = "Name a file that exists, by its absolute path.";
  throw new Undeclared(`${variable}=${value}, where no file is`, remedy, allowed);
}
