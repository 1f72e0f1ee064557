import { spawn } from "node:child_process";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../../cli/freehold.js", import.meta.url));
const cleared = ["FREEHOLD_KEY", "OPENAI_API_KEY", ...["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"].flatMap(bothCases)];

/** Runs `freehold conformance` as a process, beside servers of the test's own. */
export async function conformance(
  args: string[],
  { env = {}, stdin = "" }: { env?: NodeJS.ProcessEnv; stdin?: string } = {},
) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !cleared.includes(name)));
  const child = spawn(process.execPath, [command, "conformance", ...args], { env: { ...inherited, ...env } });
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, status };
}

function bothCases(name: string): string[] {
  return [name, name.toLowerCase()];
}
