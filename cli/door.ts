import process from "node:process";
import { loadCountry } from "../components/country.ts";
import { clusterRuns } from "../rehearsal/cluster.ts";
import { doorParts } from "../rehearsal/door/programs.ts";
import { closeDoor, type Door, doorRuns, lacksForDoor, openDoor } from "../rehearsal/door.ts";
import { homeOf, shellQuoted } from "../rehearsal/home.ts";
import { setup, type Toolchain } from "../rehearsal/toolchain.ts";
import { doorText } from "./door-text.ts";
import { Failure } from "./failure.ts";
import { ProgressLines } from "./progress.ts";
import { SetupLines } from "./setup-lines.ts";
import { chooseStack } from "./stacks.ts";

/** What opening a door is doing, while it is. */
export const opening = "starting the gateway's controllers, proxies, counters and simulated model servers";

type Options = { close?: boolean; env?: string; json?: boolean };

/** `freehold door`: opens the live gateway of a rehearsed country, and tells how to come in. */
export async function doorCommand(country: string | undefined, options: Options): Promise<void> {
  const stack = chooseStack(country);
  const home = homeOf(stack);
  const lines = new ProgressLines(options.json || options.env ? process.stderr : process.stdout);
  if (options.close) return close(stack, options, lines);
  if (!clusterRuns(home)) {
    throw new Failure(`No rehearsal of ${stack} is standing.\n  remedy   npx freehold rehearse ${stack}`);
  }
  const setupLines = new SetupLines(lines);
  const toolchain = await setup({ parts: doorParts, progress: (progress) => setupLines.show(progress) });
  setupLines.close();
  const lacks = lacksForDoor(toolchain);
  if (lacks.length > 0) {
    throw new Failure(
      `This machine cannot open a door.\n  missing  ${lacks.join(", ")}\n  remedy   npx freehold setup says why parts are missing; the rest is of Linux: util-linux, iproute2, and user namespaces`,
    );
  }
  const declared = loadCountry(home.countryFile);
  lines.begin("door", opening, 10);
  const door = await openDoor(home, declared, toolchain as Required<Toolchain>).finally(() => lines.stop());
  lines.end("the gateway answers");
  if (options.env) process.stdout.write(`${exportsOf(door, options.env).join("\n")}\n`);
  else if (options.json) process.stdout.write(`${JSON.stringify(door, null, 2)}\n`);
  else lines.say(`\n${doorText(home, declared, toolchain, door).join("\n")}`);
}

function close(stack: string, options: Options, lines: ProgressLines): void {
  const home = homeOf(stack);
  const there = doorRuns(home);
  closeDoor(home);
  lines.say(there ? `The door of ${stack} is closed.` : `The door of ${stack} was not open.`);
  if (options.json) process.stdout.write(`${JSON.stringify({ stack, closed: there })}\n`);
}

/** Variables by which a client of OpenAI's that knows nothing of Freehold comes in as a tenant. */
function exportsOf({ proxy, root, tenants }: Door, tenant: string): string[] {
  const own = Object.hasOwn(tenants, tenant) ? tenants[tenant] : undefined;
  if (!own) {
    throw new Failure(`--env ${tenant} is no tenant.\n  allowed  ${Object.keys(tenants).join(", ")}`);
  }
  const variables = {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NODE_USE_ENV_PROXY: "1",
    NODE_EXTRA_CA_CERTS: root,
    SSL_CERT_FILE: root,
    REQUESTS_CA_BUNDLE: root,
    CURL_CA_BUNDLE: root,
    OPENAI_BASE_URL: own.baseUrl,
    OPENAI_API_KEY: own.key,
  };
  return Object.entries(variables).map(([name, value]) => `export ${name}=${shellQuoted(value)}`);
}
