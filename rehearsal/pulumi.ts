// What `npx pulumi` runs inside a rehearsal: the real CLI, with the copy of the stack file in place of the country file.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { childEnv, homeOf } from "./home.ts";
import { pulumiArguments } from "./pulumi-arguments.ts";
import { copyStackFile } from "./stack-copy.ts";

const folder = process.env.FREEHOLD_REHEARSAL ?? "";
const stack = basename(folder).replace(/-[0-9a-f]{8}$/, "");
const home = homeOf(stack);

const result = pulumiArguments(process.argv.slice(2), { stack, stackFile: home.stackFile });
if ("refusal" in result) {
  process.stderr.write(`${result.refusal}\n`);
  process.exit(1);
}
if (home.folder !== folder || !existsSync(join(home.engine, "pulumi"))) {
  process.stderr.write(
    'This shell points at a rehearsal that is gone.\n  remedy   npm start, then: eval "$(npx freehold rehearse --env)"\n',
  );
  process.exit(1);
}
if (result.readsStackFile) copyStackFile(home);
process.execve!(join(home.engine, "pulumi"), ["pulumi", ...result.args], childEnv({}) as Record<string, string>);
