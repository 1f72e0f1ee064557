import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../rehearsal/home.ts";
import { Failure } from "./failure.ts";

/** The stack a command is about: the one that was named, or the only one there is. */
export function chooseStack(named: string | undefined): string {
  const stacks = stackNames();
  const stack = named?.replace(/^.*Pulumi\.(.+)\.ya?ml$/, "$1") ?? (stacks.length === 1 ? stacks[0] : undefined);
  if (stack !== undefined && existsSync(stackFile(stack))) return stack;
  throw new Failure(
    [
      stack === undefined ? "Which country?" : `stacks/Pulumi.${stack}.yaml is not there.`,
      `  found    ${stacks.length > 0 ? `countries ${stacks.join(", ")}` : "no country file in stacks/"}`,
      `  remedy   ${stacks.length > 0 ? `npx freehold rehearse ${stacks[0]}` : "write stacks/Pulumi.<country>.yaml; the README has the smallest one"}`,
    ].join("\n"),
  );
}

/** The country file of a stack of this project, whether it is there or not. */
export function stackFile(stack: string): string {
  return join(projectFolder, "stacks", `Pulumi.${stack}.yaml`);
}

/** The country file that was named: by its path, or by the name of its stack. */
export function countryFile(named: string): string {
  return existsSync(named) || /[/.]/.test(named) ? named : stackFile(named);
}

function stackNames(): string[] {
  return readdirSync(join(projectFolder, "stacks"))
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
}
