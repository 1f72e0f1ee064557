// Runs inside the cell, as its first process: makes its network, sees that the gateway's controllers are in the cluster, and is
// the node that the door's pods run on.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import { loadCountry } from "../../components/country.ts";
import { targets } from "../../components/monitoring/targets.ts";
import { configOf } from "../api-call.ts";
import { makeAuthority } from "../certificate.ts";
import { watchCertificates } from "./certificates.ts";
import { ClusterView } from "./cluster-view.ts";
import { applyControllers, certgenOf, certgenSecrets } from "./controllers.ts";
import { port as databasePort, roleLabel } from "./database/objects.ts";
import { watchDatabases } from "./database.ts";
import { scrape } from "./metrics.ts";
import { apiServerPort, gatewayAddress, makeNetwork } from "./network.ts";
import { Node } from "./node.ts";
import type { DoorPlan } from "./plan.ts";
import { RunningPod } from "./pod.ts";
import { join, relay } from "./relay.ts";
import { registerWebhook } from "./webhook.ts";

/** For how long somebody who comes in waits for a pod that listens. */
const patienceMs = 5000;

const plan = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as DoorPlan;
const say = (line: string) => void process.stdout.write(`${new Date().toISOString()} ${line}\n`);

makeNetwork();
// By the same address as outside, for ourselves; by the bridge's, for pods.
await relay({ host: "127.0.0.1", port: Number(new URL(plan.apiServer).port) }, { path: plan.sockets.api });
await relay({ host: gatewayAddress, port: apiServerPort }, { path: plan.sockets.api });

const country = loadCountry(plan.countryFile);
const config = configOf(plan.kubeconfig);
const view = new ClusterView();
await view.start(config);
const ground = { folder: plan.folder, programs: plan.programs, seen: plan.seen, referred: view, say };
const node = new Node(view, ground);

watchCertificates(config, new AbortController().signal, (issued) => {
  for (const { namespace, name, ...rest } of issued) say(`Certificate ${namespace}/${name}: ${JSON.stringify(rest)}`);
}).catch((error) => say(`Certificates are no longer issued: ${error}`));
watchDatabases(config, new AbortController().signal, (news) => {
  for (const { database, ...rest } of news) say(`Database ${database}: ${JSON.stringify(rest)}`);
}).catch((error) => say(`Databases are no longer made: ${error}`));
await certify();
const authority = makeAuthority("Freehold rehearsal");
const webhook = { ...authority.certify("127.0.0.1"), authority: authority.certificate };
await registerWebhook(config, webhook.authority, plan.webhookPort);
await applyControllers(config, country, { kubeconfig: plan.podKubeconfig, webhook });

lead(plan.sockets.webhook, 9443, () => node.podsOf("ai-gateway-controller"));
lead(plan.sockets.door, 10443, proxies);
lead(plan.sockets.records, databasePort, primary);
rmSync(plan.sockets.metrics, { force: true });
createHttpServer(async (_, response) => {
  response.setHeader("content-type", "text/plain; version=0.0.4");
  response.end(await scrape(targets(country), node.pods));
}).listen(plan.sockets.metrics);
await node.follow((status) => {
  const all = node.podsOf("envoy").length;
  writeFileSync(`${plan.status}.new`, JSON.stringify({ ...status, proxies: { all, whole: proxies().length } }));
  renameSync(`${plan.status}.new`, plan.status);
});

/** The proxies with a model reader beside them. The first ones of a new Gateway have none, and are soon replaced. */
function proxies(): V1Pod[] {
  return node.podsOf("envoy").filter(({ spec }) => {
    const beside = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
    return beside.some(({ name }) => name === "ai-gateway-extproc");
  });
}

/** The instance of the database that writes: of two, the one that was made last is the country file's. */
function primary(): V1Pod[] {
  // What was watched rather than listed has its times as text.
  const created = ({ metadata }: V1Pod) => new Date(metadata!.creationTimestamp!).getTime();
  const all = node.podsOf("postgresql").filter(({ metadata }) => metadata?.labels?.[roleLabel] === "primary");
  return all.sort((one, other) => created(other) - created(one)).slice(0, 1);
}

/** Leads who comes by a socket file to some pods in turn; one that does not listen yet is passed over. */
function lead(path: string, port: number, pods: () => V1Pod[]): void {
  let turn = 0;
  rmSync(path, { force: true });
  createServer({ noDelay: true }, async (socket) => {
    socket.on("error", () => socket.destroy());
    for (const giveUp = Date.now() + patienceMs; Date.now() < giveUp && !socket.destroyed; await sleep(100)) {
      const all = pods();
      for (const _ of all) {
        const pod = all[turn++ % all.length]!;
        const inside = await connected(pod.status!.podIP!, port);
        if (inside) return join(socket, inside);
      }
    }
    socket.destroy();
  }).listen(path);
}

function connected(host: string, port: number): Promise<Socket | undefined> {
  const socket = connect({ host, port, noDelay: true });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

/** The certificates between the gateway's parts, by Envoy Gateway's own command. */
async function certify(): Promise<void> {
  const certgen = certgenOf(country, plan.podKubeconfig);
  const isMissing = () => certgenSecrets.some((name) => !view.secret(certgen.metadata!.namespace!, name));
  if (!isMissing()) return;
  const pod = new RunningPod(certgen, "", ground);
  while (isMissing()) await sleep(50);
  await pod.end();
}
