import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Door, lacksForDoor } from "../../rehearsal/door.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { Checkout } from "./checkout.ts";
import { clients } from "./clients/clients.ts";
import { type Feature, features, limited, matrixText, type Said } from "./clients/matrix.ts";
import { pythonWith } from "./clients/python.ts";

// The clients that people have, unchanged, at the real gateway. Model servers are simulated.

const lacks = lacksForDoor((await inspect()).found);
if (lacks.length > 0) console.warn(`No clients are tried on this machine: it lacks ${lacks.join(", ")}`);

const names = Object.keys(clients);
const featureNames = Object.keys(features) as Feature[];
const programs = join(import.meta.dirname, "clients");
const checkout = new Checkout({ stack: "ee" });
/** What came of each feature, by client; and the clients that this machine cannot run, with the reason. */
const said: Record<string, Record<string, Said>> = {};
const absent: Record<string, string> = {};
const passed = Object.fromEntries(names.map((client) => [client, new Set<string>()]));

const tenantOf = (client: string) => `vald-${names.indexOf(client) + 1}`;
const country = `config:
  freehold:country: EE
  freehold:operator: { name: Balti Pilv, domain: balti-pilv.example }
  freehold:target: { kind: onprem, context: balti, place: EE }
  freehold:state: { backend: file:///srv/freehold/state, secretsProvider: passphrase }
  freehold:pools: { l40s: { accelerator: l40s, nodes: 1 } }
  freehold:models:
    apertus: { model: swiss-ai/Apertus-8B-Instruct-2509, pool: l40s, contextTokens: 8192 }
    vectors: { model: BAAI/bge-m3, pool: l40s }
  freehold:tenants:
    linn: {}
${names.map((name) => `    ${tenantOf(name)}: { models: [apertus], requestsPerMinute: 1 }`).join("\n")}
`;

/** The words that run each client's program, without those that this machine cannot run. */
async function commandsOf(names: readonly string[]): Promise<Record<string, string[]>> {
  const commands: Record<string, string[]> = {};
  for (const client of names) {
    const { program, requirements } = clients[client]!;
    try {
      const word = requirements ? await pythonWith(join(programs, requirements)) : process.execPath;
      commands[client] = [word, join(programs, program)];
    } catch (error) {
      absent[client] = `it needs python3 with venv, and a package index: ${error}`;
      console.warn(`${client} is not tried: ${absent[client]}`);
    }
  }
  return commands;
}

/** Has a client's program try features, with the variables that a user's shell would have and nothing else. */
async function tryOut(
  command: string[],
  wanted: readonly string[],
  variables: NodeJS.Dict<string>,
): Promise<Record<string, Said>> {
  const { PATH, HOME } = process.env;
  const [word, ...words] = command;
  const child = spawn(word!, [...words, ...wanted], { env: { PATH, HOME, ...variables }, timeout: 200_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise((done, failed) => child.on("error", failed).on("close", done));
  expect(code, stderr).toBe(0);
  const lines = stdout.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const { name, ...came } = JSON.parse(line) as Said & { name: string };
      return [name, came];
    }),
  );
}

const tried = (client: string) => featureNames.filter((feature) => !Object.hasOwn(clients[client]!.without, feature));

it.each(featureNames)("sees a wrong answer to %s, and an error that was not meant", (feature) => {
  const client = clients["openai (Node)"]!;
  const wrong = { types: ["APIError"], status: 500, message: "", retryAfter: null };
  for (const came of [{ error: wrong }, { result: {} }, { result: { told: 9, seconds: 0, chunks: 1, tokens: 1 } }])
    expect(() => features[feature](came, client)).toThrow();
});

describe.skipIf(lacks.length > 0)("a client that knows nothing of Freehold", () => {
  beforeAll(async () => {
    writeFileSync(join(checkout.folder, "stacks/Pulumi.ee.yaml"), country);
    const installed = commandsOf(names);
    const { code, stdout, stderr } = await checkout.freehold(["rehearse", "ee"]);
    expect(code, stderr + stdout).toBe(0);
    const door = JSON.parse((await checkout.freehold(["door", "ee", "--json"])).stdout) as Door;
    const variables = parseEnv((await checkout.freehold(["door", "ee", "--env", "linn"])).stdout);
    const commands = await installed;
    const each = (run: (client: string, command: string[]) => Promise<void>) =>
      Promise.all(Object.entries(commands).map(([client, command]) => run(client, command)));

    await each(async (client, command) => {
      const wanted = tried(client).filter((feature) => !limited.includes(feature));
      said[client] = await tryOut(command, wanted, variables);
    });
    // Whose minute has just begun waits for longer than clients are ready to.
    while (new Date().getSeconds() < 5 || new Date().getSeconds() > 40) await sleep(500);
    await each(async (client, command) => {
      const { baseUrl, key } = door.tenants[tenantOf(client)]!;
      const own = { ...variables, OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: key };
      Object.assign(said[client]!, await tryOut(command, limited, own));
    });
  }, 900_000);
  afterAll(async () => {
    console.log(matrixText(clients, passed));
    await checkout.freehold(["door", "ee", "--close"]);
    await checkout.remove();
  });

  describe.each(names)("%s", (client) => {
    const { without, fails } = clients[client]!;
    it.for(tried(client).filter((feature) => !Object.hasOwn(fails, feature)))("%s", (feature, { skip }) => {
      if (absent[client]) skip(absent[client]);
      features[feature](said[client]![feature]!, clients[client]!);
      passed[client]!.add(feature);
    });

    it.for(Object.keys(fails))("fails at %s, as the table says", (feature, { skip }) => {
      if (absent[client]) skip(absent[client]);
      expect(said[client]![feature]).toEqual({ error: expect.objectContaining(fails[feature]!.as) });
    });

    it("has a table without features that there are not", () => {
      expect(featureNames).toEqual(expect.arrayContaining([...Object.keys(without), ...Object.keys(fails)]));
    });
  });
});
