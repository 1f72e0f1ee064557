import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, type V1Node } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configOf } from "../../rehearsal/api-call.ts";
import { Faults } from "../../rehearsal/clouds/faults.ts";
import { type Standing, World } from "../../rehearsal/clouds/world.ts";
import type { Door } from "../../rehearsal/door.ts";
import { ask } from "./caller.ts";
import { Checkout } from "./checkout.ts";

// The examples on AWS and on Azure, whole: the real engine, the real policy pack, a real API server, and simulated clouds that keep
// their world on disk. Each is cut off on its way up, stands, stays, grows, is renewed, and leaves nothing; one moves out into a hall.

type Summary = { changes: Record<string, number>; changed: string[] };
type StateResource = { type: string; id?: string; urn: string };
type Example = {
  stack: string;
  cloud: string;
  pool: string;
  /** Nodes that nobody's pool needs. */
  others: number;
  /** Finished steps after which the engine is killed, each further than the one before. */
  kills: number[];
  /** A request whose reply is lost on the way up: of a type that has no name of its own, so that another try makes it twice. */
  loses?: string;
  /** What another node and another Kubernetes version change. */
  renews: string[];
  /** Type of the keys, and how many there are before and after their change. */
  keys: { type: string; kind: string; before: number; after: number };
  /** Type of what names the key of new objects, and where. */
  objects: { type: string; path: string };
  /** Stack of the hall that it moves out into. */
  hall?: string;
};

/** Steps of the plan that a rehearsal of a move carries out. */
const carriedOut = [
  "key-seed",
  "hall",
  "compare-keys",
  "ask",
  "bring",
  "name",
  "drain",
  "close",
  "bring-last",
  "erase",
  "forget",
];
/** FREEHOLD_KILLS=5,12,20,30,40 kills both at more steps than there is time for each time. */
const more = process.env.FREEHOLD_KILLS?.split(",").map(Number);

const examples: Example[] = [
  {
    stack: "in",
    cloud: "aws",
    pool: "h100",
    others: 3,
    kills: more ?? [],
    loses: "create aws:kms/key:Key",
    renews: [
      "~ aws:eks/cluster:Cluster cluster",
      "~ aws:eks/nodeGroup:NodeGroup h100",
      "~ aws:eks/nodeGroup:NodeGroup system",
    ],
    keys: { type: "aws:kms/key:Key", kind: "kms", before: 4, after: 7 },
    objects: {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      path: "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    },
    hall: "in-hall",
  },
  {
    stack: "br",
    cloud: "azure-native",
    pool: "a100",
    others: 3,
    kills: more ?? [45],
    renews: [
      "~ azure-native:containerservice:AgentPool a100",
      "~ azure-native:containerservice:ManagedCluster cluster",
    ],
    keys: { type: "azure-native:keyvault:Key", kind: "vault", before: 4, after: 8 },
    objects: { type: "azure-native:storage:StorageAccount", path: "encryption.keyVaultProperties.keyName" },
  },
];

describe.each(examples)("the example $stack on a simulated cloud", (example) => {
  const { stack, cloud, pool, others, kills, loses, renews, keys, objects, hall } = example;
  const checkout = new Checkout({ stack, killed: true });
  const countryFile = join(checkout.folder, "stacks", `Pulumi.${stack}.yaml`);
  const declared = readFileSync(countryFile, "utf8");
  let folder: string;
  let kubeconfig: string;
  beforeAll(async () => {
    const script = `import { homeOf } from './rehearsal/home.ts'; console.log(homeOf('${stack}').folder)`;
    folder = (await checkout.shell(`node --input-type=module -e "${script}"`)).stdout.trim();
    kubeconfig = join(folder, "kubeconfig");
  });
  afterAll(async () => {
    if (hall) await checkout.freehold(["rehearse", hall, "--down"]);
    await checkout.remove();
  });

  const rehearse = () => checkout.start(["rehearse", stack, "--json"]);
  const standing = () => new World(join(folder, "world", cloud)).standing();
  const nodes = async (): Promise<V1Node[]> => (await configOf(kubeconfig).makeApiClient(CoreV1Api).listNode()).items;
  const write = (...changes: [string, string][]) => {
    const text = changes.reduce((file, [from, to]) => file.replace(from, to), declared);
    expect(text).not.toBe(declared);
    writeFileSync(countryFile, text);
  };

  async function updated(): Promise<Summary> {
    const { code, stdout, stderr } = await rehearse().ended;
    expect(code, stderr + stdout).toBe(0);
    return JSON.parse(stdout);
  }

  /** Resources of the cloud in Pulumi's state, as the world names them. */
  async function inState(): Promise<string[]> {
    const { stdout } = await checkout.pulumi(`stack export -s ${stack}`);
    const resources: StateResource[] = JSON.parse(stdout).deployment.resources;
    return resources.filter(({ type }) => type.startsWith(`${cloud}:`)).map(({ type, id }) => `${type} ${id}`);
  }

  it("stands, after a lost reply and an engine that was killed too, with nothing orphaned and nothing doubled", async () => {
    if (loses) {
      const run = rehearse();
      let ended = false;
      const end = run.ended.finally(() => {
        ended = true;
      });
      // The world is swept with all that was there before; once the update begins, the program still has to be loaded.
      while (!ended && !run.stderr().includes("  update")) await sleep(10);
      new Faults(join(folder, "world", cloud)).order([{ on: loses, fault: "lost-reply" }]);
      const { code, stderr } = await end;
      expect(code, stderr).not.toBe(0);
      expect(stderr).toMatch(/recovery .*: aws:kms\/key:Key \w+/);
    }
    for (const count of kills) {
      const run = rehearse();
      let ended = false;
      const end = run.ended.finally(() => {
        ended = true;
      });
      // The log of the run before lies there until this one's update begins.
      while (!ended && !(run.stderr().includes("  update") && finishedSteps(folder) >= count)) await sleep(10);
      expect(ended, `ended before step ${count}: ${run.stderr()}`).toBe(false);
      process.kill(run.pid, "SIGKILL");
      await end;
    }
    await updated();
    // The pool of AKS's own parts is a part of its cluster.
    const own = standing().filter(({ type, name }) => !(type.endsWith(":AgentPool") && name === "system"));
    expect(own.map(nameOf).sort()).toEqual((await inState()).sort());
  });

  it("changes nothing the second time", async () => {
    expect(Object.keys((await updated()).changes)).toEqual(["same"]);
  });

  it("has the nodes of its pools, labelled and tainted as the pool's", async () => {
    const own = (await nodes()).filter(({ metadata }) => metadata?.labels?.["freehold.dev/pool"] === pool);
    expect(own).toHaveLength(2);
    expect(await nodes()).toHaveLength(2 + others);
    for (const { spec, status } of own) {
      expect(spec?.taints).toContainEqual(expect.objectContaining({ key: "nvidia.com/gpu", effect: "NoSchedule" }));
      expect(Number(status?.capacity?.["nvidia.com/gpu"])).toBeGreaterThan(0);
    }
  });

  it("gets another node, a newer Kubernetes and other keys, and nothing is made anew for it", async () => {
    const kind = `kind: ${cloud.split("-")[0]}`;
    const before = standing().filter(({ type }) => type === keys.type);
    const keyOfObjects = () =>
      standing().flatMap((one) => (one.type === objects.type ? at(one.inputs, objects.path) : []));
    const was = keyOfObjects();
    write(
      ["nodes: 2", "nodes: 3"],
      [kind, `${kind}\n    kubernetes: "1.36"\n    keys: { kind: ${keys.kind}, earlier: [{ kind: ${keys.kind} }] }`],
      // Who moves out says that word at the end of the move.
      ...(hall
        ? []
        : [["  freehold:tenants", "  freehold:erase: [everything]\n  freehold:tenants"] as [string, string]]),
    );
    const { changed } = await updated();
    const inCloud = changed.filter((line) => line.includes(` ${cloud}:`));
    expect(inCloud.filter((line) => /luster|nodeGroup|AgentPool/.test(line)).sort()).toEqual(
      expect.arrayContaining(renews),
    );
    expect(inCloud.filter((line) => !/^[~+] /.test(line))).toEqual([]);
    expect(changed.filter((line) => line.startsWith("+- "))).toEqual([]);
    expect(await nodes()).toHaveLength(3 + others);
    // What was encrypted before can be read, and what is new is under a new key.
    const after = standing().filter(({ type }) => type === keys.type);
    expect(before).toHaveLength(keys.before);
    expect(after).toHaveLength(keys.after);
    expect(after).toEqual(expect.arrayContaining(before.map(({ id }) => expect.objectContaining({ id }))));
    expect(keyOfObjects()).toHaveLength(was.length);
    for (const key of keyOfObjects()) expect(was).not.toContain(key);
  });

  it.runIf(hall)(
    "moves out into its hall, and tenants, who ask all the time, notice nothing",
    { timeout: 900_000 },
    async () => {
      const { stdout: keys } = await checkout.pulumi(`stack output keys --show-secrets --json -s ${stack}`);
      const { code, stdout, stderr } = await checkout.freehold(["exit", stack, "--to", hall!, "--rehearse", "--json"]);
      expect(code, stderr + stdout).toBe(0);
      const { steps, tenants, refused, answers, records } = JSON.parse(stdout);
      const done = (steps as { id: string; found?: string }[]).filter(({ found }) => found !== undefined);
      expect(done.map(({ id }) => id)).toEqual(carriedOut);
      expect([refused, records, answers > 20]).toEqual([[], answers, true]);
      expect(tenants).toEqual([
        {
          name: "rajya",
          baseUrl: "https://rajya.ai.bharat-compute.example/v1",
          models: ["sarvam"],
          tokens: expect.any(Number),
        },
        {
          name: "nagara",
          baseUrl: "https://nagara.ai.bharat-compute.example/v1",
          models: ["sarvam"],
          tokens: expect.any(Number),
        },
      ]);
      expect(existsSync(folder)).toBe(false);
      // The hall's door stands open, and says the keys that the cloud had given.
      const door = JSON.parse((await checkout.freehold(["door", hall!, "--json"])).stdout) as Door;
      for (const [tenant, { default: given }] of Object.entries(
        JSON.parse(keys) as Record<string, { default: string }>,
      )) {
        expect(door.tenants[tenant]?.key).toBe(given);
        expect((await ask(door, "/v1/models", { tenant, key: given })).body.data).toEqual([
          expect.objectContaining({ id: "sarvam" }),
        ]);
      }
    },
  );

  it.skipIf(hall)("leaves neither machine nor resource when it is destroyed after a second word", async () => {
    const gone = await checkout.pulumi(`destroy -s ${stack} --yes --skip-preview`);
    expect(gone.code, gone.stdout + gone.stderr).toBe(0);
    expect(standing().map(nameOf)).toEqual([]);
    expect(await nodes()).toEqual([]);
  });
});

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce((inner: unknown, key) => (inner as Record<string, unknown>)[key], value);
}

function nameOf({ type, id }: Standing): string {
  return `${type} ${id}`;
}

function finishedSteps(folder: string): number {
  const log = join(folder, "events.jsonl");
  return existsSync(log) ? readFileSync(log, "utf8").split('"resOutputsEvent"').length - 1 : 0;
}
