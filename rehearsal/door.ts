import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api } from "@kubernetes/client-node";
import { parse, stringify } from "yaml";
import type { Country } from "../components/country.ts";
import { firstKeys } from "../components/gateway/key-life.ts";
import { keySecrets } from "../components/gateway/keys.ts";
import { tenantHost } from "../components/gateway.ts";
import { platformNames } from "../components/platform.ts";
import { configOf } from "./api-call.ts";
import { cacheFolder } from "./cache.ts";
import { cellNamespaces } from "./door/cell.ts";
import { through } from "./door/connect.ts";
import { asUser } from "./door/container.ts";
import { accepts } from "./door/database/accepts.ts";
import { apiServerPort, gatewayAddress } from "./door/network.ts";
import type { DoorPlan } from "./door/plan.ts";
import { type DoorPart, doorParts, programsOf } from "./door/programs.ts";
import { recordsSocket } from "./door/records.ts";
import { type Home, projectFolder } from "./home.ts";
import { processesUnder, stopProcessesUnder } from "./processes.ts";
import type { Toolchain } from "./toolchain.ts";

/** A live door: who may come in by it, and how. */
export type Door = {
  /** The HTTP proxy that leads to it, and nowhere else. */
  proxy: string;
  /** File with the root certificate of the stack's own issuer. */
  root: string;
  /** By tenant that has a key: the base URL, the key, its first one where that is good, and the models. */
  tenants: Record<string, { baseUrl: string; key: string; models: string[] }>;
};

type Tools = Required<Pick<Toolchain, DoorPart>>;

const longestMs = 300_000;
const lastLines = 12;
const knockMs = 5000;

/** What a live door cannot do without here: parts of the toolchain, or what the machine itself has to have. */
export function lacksForDoor(toolchain: Partial<Toolchain>): string[] {
  const parts = doorParts.filter((part) => toolchain[part] === undefined);
  const tools = ["unshare", "nsenter", "ip", "mount", "chroot"].filter(
    (tool) => spawnSync(tool, ["--version"]).error !== undefined,
  );
  const namespaces = spawnSync("unshare", [...cellNamespaces, ...asUser({ uid: 26, gid: 26 }), "true"]);
  return [...parts, ...tools, ...(namespaces.status === 0 ? [] : ["namespaces that a user may make (unshare)"])];
}

/** Opens the live door of a rehearsal that stands, or finds it open; resolves when it answers. */
export async function openDoor(home: Home, country: Country, tools: Tools, signal?: AbortSignal): Promise<Door> {
  const folder = folderOf(home);
  const plan = planOf(home, country, tools);
  if (!doorRuns(home)) {
    closeDoor(home);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(plan.podKubeconfig, podKubeconfig(home.kubeconfig), { mode: 0o600 });
    const file = join(folder, "plan.json");
    writeFileSync(file, JSON.stringify(plan), { mode: 0o600 });
    const log = openSync(logOf(home), "a");
    const keeper = [join(projectFolder, "rehearsal/door/keeper.ts"), file];
    spawn(process.execPath, keeper, { detached: true, stdio: ["ignore", log, log] }).unref();
  }
  const giveUp = Date.now() + longestMs;
  while (true) {
    const door = stands(plan, country) ? await doorOf(home, country, readFileSync(plan.address, "utf8")) : undefined;
    if (door && (await answers(door)) && (await keepsRecords(plan, country))) return door;
    signal?.throwIfAborted();
    const runs = doorRuns(home);
    if (!runs || Date.now() > giveUp) throw new Error(notOpen(home, plan, runs));
    await sleep(200);
  }
}

/** Why a door did not open, as far as its own words and pods tell. */
function notOpen(home: Home, plan: DoorPlan, runs: boolean): string {
  const status = existsSync(plan.status) ? readFileSync(plan.status, "utf8") : "no pods yet";
  const said = readFileSync(logOf(home), "utf8").trimEnd().split("\n").slice(-lastLines);
  return [
    runs ? `The door did not open within ${longestMs / 1000} s.` : "The door did not open: its processes ended.",
    `  found    ${status}`,
    ...said.map((line) => `           ${line}`),
    `  where    ${logOf(home)}, and logs/ beside it`,
  ].join("\n");
}

/** Ends everything that a door runs. What is counted and recorded stays for the next one. */
export function closeDoor(home: Home): void {
  stopProcessesUnder(folderOf(home));
  for (const name of ["pods", "address", "status.json", "records.sock"])
    rmSync(join(folderOf(home), name), { recursive: true, force: true });
}

/** Whether the keeper of a rehearsal's door lives. */
export function doorRuns(home: Home): boolean {
  return processesUnder(folderOf(home)).length > 0;
}

/** What all pods of an open door tell of themselves now, as Prometheus would have it. */
export function metricsOf(home: Pick<Home, "folder">): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: join(folderOf(home), "metrics.sock"), path: "/metrics" }, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve(text);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** What the door's own processes say; each container has a log of its own below `logs/` beside it. */
export function logOf(home: Home): string {
  return join(folderOf(home), "door.log");
}

function folderOf(home: Pick<Home, "folder">): string {
  return join(home.folder, "door");
}

function planOf(home: Home, country: Country, tools: Tools): DoorPlan {
  const at = (name: string) => join(folderOf(home), name);
  return {
    folder: folderOf(home),
    countryFile: home.countryFile,
    kubeconfig: home.kubeconfig,
    podKubeconfig: at("kubeconfig"),
    apiServer: configOf(home.kubeconfig).getCurrentCluster()!.server,
    programs: programsOf(tools),
    seen: [
      projectFolder,
      // A link, where several checkouts share one.
      realpathSync(join(projectFolder, "node_modules")),
      cacheFolder(),
      dirname(process.execPath),
      ...doorParts.map((part) => dirname(tools[part].path)),
    ],
    sockets: {
      api: at("api.sock"),
      webhook: at("webhook.sock"),
      door: at("door.sock"),
      metrics: at("metrics.sock"),
      records: recordsSocket(home),
    },
    webhookPort: 0,
    host: country.gateway.host,
    status: at("status.json"),
    address: at("address"),
  };
}

/** The API server under the address that it is relayed at, and still by the name in its certificate. */
function podKubeconfig(kubeconfig: string): string {
  const config = parse(readFileSync(kubeconfig, "utf8"));
  const { cluster } = config.clusters[0];
  Object.assign(cluster, { server: `https://${gatewayAddress}:${apiServerPort}`, "tls-server-name": "localhost" });
  return stringify(config);
}

/** Keys and root as the cluster has them; undefined while something is not there yet. */
async function doorOf(home: Home, country: Country, proxy: string): Promise<Door | undefined> {
  const core = configOf(home.kubeconfig).makeApiClient(CoreV1Api);
  const namespace = platformNames.gateway;
  const { certificate, host } = country.gateway;
  const tls = await secret(core, namespace, certificate.from === "secret" ? certificate.name : "ai-tls");
  const secrets = await Promise.all(
    Object.keys(keySecrets(country.tenants)).map((name) => secret(core, namespace, name)),
  );
  if (!tls?.["ca.crt"] || secrets.some((data) => data === undefined)) return undefined;
  const root = join(folderOf(home), "root.pem");
  // In one step: a client that reads it meanwhile never reads half of it.
  writeFileSync(`${root}.new`, tls["ca.crt"]);
  renameSync(`${root}.new`, root);
  const keys = firstKeys(Object.assign({}, ...secrets));
  return {
    proxy,
    root,
    tenants: Object.fromEntries(
      Object.entries(country.tenants).flatMap(([tenant, { models }]) => {
        const key = keys[tenant];
        return key === undefined ? [] : [[tenant, { baseUrl: `https://${tenantHost(tenant, host)}/v1`, key, models }]];
      }),
    ),
  };
}

async function secret(core: CoreV1Api, namespace: string, name: string): Promise<Record<string, string> | undefined> {
  const found = await core.readNamespacedSecret({ namespace, name }).catch(() => undefined);
  const decoded = Object.entries(found?.data ?? {}).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]);
  return found && Object.fromEntries(decoded);
}

/** Whether as many proxies as declared run, all of them whole; those that they replaced may still drain. */
function stands({ address, status }: DoorPlan, { gateway }: Country): boolean {
  if (!existsSync(address) || !existsSync(status)) return false;
  const { proxies } = JSON.parse(readFileSync(status, "utf8")) as { proxies: Proxies };
  return proxies.whole === proxies.all && proxies.all >= gateway.replicas;
}
type Proxies = { all: number; whole: number };

/**
 * Whether the way in is open: past the key, the permission and the counters, up to a model server, which refuses a
 * conversation without words. Asked several times, because each proxy finds its way by itself.
 */
async function answers(door: Door): Promise<boolean> {
  const statuses = await Promise.all(Array.from({ length: 4 }, () => knock(door)));
  return statuses.every((status) => status !== undefined && status < 500);
}

/** Whether the database of the records lets clients come, where the country has it in the cluster. */
async function keepsRecords({ sockets }: DoorPlan, { storage }: Country): Promise<boolean> {
  return storage?.records.kind !== "cloudnative-pg" || (await accepts({ path: sockets.records }));
}

async function knock({ proxy, root, tenants }: Door): Promise<number | undefined> {
  const [tenant] = Object.values(tenants);
  if (!tenant) return undefined;
  const { hostname } = new URL(tenant.baseUrl);
  const socket = await through(proxy, hostname, readFileSync(root)).catch(() => undefined);
  if (!socket) return undefined;
  return new Promise((resolve) => {
    const sent = request(
      {
        method: "POST",
        path: "/v1/chat/completions",
        headers: { host: hostname, authorization: `Bearer ${tenant.key}`, "content-type": "application/json" },
        createConnection: () => socket,
      },
      (response) => {
        response.resume().on("end", () => socket.destroy());
        resolve(response.statusCode);
      },
    );
    sent.on("error", () => resolve(undefined));
    sent.setTimeout(knockMs, () => sent.destroy());
    sent.end(JSON.stringify({ model: tenant.models[0], messages: [] }));
  });
}
