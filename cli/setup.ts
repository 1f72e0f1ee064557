import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { toolchainCatalogue } from "../catalogue/toolchain.ts";
import { executables, installOfficial, type Part, setup } from "../rehearsal/toolchain.ts";
import { ProgressLines } from "./progress.ts";
import { SetupLines } from "./setup-lines.ts";

/** `freehold setup`: everything a rehearsal runs on, and with --production what plain pulumi needs on a closed network. */
export async function setupCommand(options: {
  production?: boolean;
  builtEngine?: boolean;
  json?: boolean;
}): Promise<void> {
  const lines = new ProgressLines(options.json ? process.stderr : process.stdout);
  const show = new SetupLines(lines);
  if (options.production) {
    const pulumiHome = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
    const installed = await installOfficial(pulumiHome, {
      progress: (progress) => show.show(progress),
      builtEngine: options.builtEngine,
    });
    show.close();
    if (options.json) process.stdout.write(`${JSON.stringify(installed, null, 2)}\n`);
    else
      lines.say(
        `\nThe official engine and provider are in ${pulumiHome}.\n\nNext\n  npx pulumi preview -s <country> --policy-pack policies`,
      );
    return;
  }
  // Whoever asks for a set-up by name may just have opened a network.
  const toolchain = await setup({ progress: (progress) => show.show(progress), askAgain: true });
  show.close();
  if (options.json) {
    process.stdout.write(`${JSON.stringify(toolchain, null, 2)}\n`);
    return;
  }
  const own = [
    ["languageHost", "the language host"],
    ["kubernetesProvider", "the Kubernetes provider"],
  ] as const;
  const absent = own.filter(([part]) => toolchain[part] === undefined).map(([, name]) => name);
  if (absent.length > 0) {
    lines.say(
      `\nNot to be had here: the official build of ${absent.join(" and ")}. In a rehearsal Freehold's own take over.`,
    );
  }
  const { parts } = toolchainCatalogue();
  const lacking = (Object.keys(executables) as Part[])
    .filter((part) => toolchain[part] === undefined)
    .map((part) => parts[executables[part]])
    .find((part) => part.for);
  if (lacking) {
    lines.say(`\nNot to be had here: ${lacking.is} ${lacking.version}. Without it a rehearsal has no ${lacking.for}.`);
  }
  lines.say(
    "\nNext\n  npx freehold rehearse ch    a country on this machine\n  npx freehold doctor         where everything came from",
  );
}
