import { existsSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { isExecutable, run } from "../../child.ts";
import type { Found, Job, Source } from "../source.ts";

/** What the machine has already: on PATH, or in the Pulumi home, in exactly the right version. Changes nothing. */
export const installed: Source = {
  name: "installed",
  async obtain(part, job) {
    const { version, says, beside, plugin } = job.catalogue.parts[part];
    const wrong: string[] = [];
    const found = (path: string): Found => ({ part, version, source: "installed", path });
    if (plugin) {
      const path = join(pulumiHome(job), "plugins", plugin, part);
      const cut = existsSync(join(pulumiHome(job), "plugins", `${plugin}.partial`));
      if (!cut && isExecutable(path) && (await isNative(path))) return found(path);
      return { missing: `not in ${join(pulumiHome(job), "plugins", plugin)}` };
    }
    if (!says && !beside) return { missing: "not something that is installed" };
    for (const folder of places(job)) {
      const path = join(folder, part);
      if (!isExecutable(path) || realpathSync(path).startsWith(job.cache + sep) || !(await isNative(path))) continue;
      // The language host and the analyzer do not tell their version; they are released with the CLI beside them.
      const speaker = beside ? join(dirname(realpathSync(path)), beside) : path;
      const { args, text } = (beside ? job.catalogue.parts[beside].says : says)!;
      if (!isExecutable(speaker) || !(await isNative(speaker))) continue;
      const ended = await run(speaker, args, { env: quiet(job.env) }).catch(() => undefined);
      const said = `${ended?.stdout ?? ""}${ended?.stderr ?? ""}`.trim().split("\n")[0] ?? "";
      if (said.split(/\s+/).join(" ").includes(text) && isWhole(said, text)) return found(path);
      wrong.push(`${path} says "${said.slice(0, 60)}"`);
    }
    return {
      missing: wrong.length > 0 ? `other versions: ${wrong.join(", ")}` : "not on PATH, not in the Pulumi home",
    };
  },
};

/** The operator's own Pulumi home. A rehearsal's home in our cache is not it: what lies there is not what production uses. */
export function pulumiHome(job: Pick<Job, "env" | "cache">): string {
  const home = job.env.PULUMI_HOME;
  return home && !home.startsWith(job.cache + sep) ? home : join(job.env.HOME ?? homedir(), ".pulumi");
}

/** The folders in which executables of the operator are looked for, in order; nothing of ours, nothing of npm's. */
function places(job: Job): string[] {
  const home = pulumiHome(job);
  const version = job.catalogue.parts.pulumi.version;
  const own = [join(home, "versions", version, "bin"), join(home, "bin")];
  const path = (job.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...new Set([...own, ...path])].filter((folder) => !folder.split(sep).includes("node_modules"));
}

/** Whether a file is a machine's program rather than a script: npm's `pulumi` is a script that downloads when it is asked. */
async function isNative(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const magic = bytesRead === 4 ? buffer.readUInt32BE() : 0;
    return [0x7f454c46, 0xcffaedfe, 0xfeedfacf, 0xcafebabe].includes(magic);
  } finally {
    await file.close();
  }
}

function isWhole(said: string, text: string): boolean {
  const after = said.slice(said.indexOf(text) + text.length);
  return !/^[\w.+-]/.test(after);
}

function quiet(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
}
