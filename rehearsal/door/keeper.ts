// Runs beside the cell, on the machine itself: starts it, leads its calls to the API server and clients to its door.
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { cellNamespaces } from "./cell.ts";
import type { DoorPlan } from "./plan.ts";
import { join as joined, relay } from "./relay.ts";

const file = process.argv[2]!;
const plan = JSON.parse(readFileSync(file, "utf8")) as DoorPlan;
const { hostname, port } = new URL(plan.apiServer);

await relay({ path: plan.sockets.api }, { host: hostname, port: Number(port) });
const webhook = await relay({ host: "127.0.0.1", port: 0 }, { path: plan.sockets.webhook });
plan.webhookPort = (webhook.address() as AddressInfo).port;
writeFileSync(file, JSON.stringify(plan));
rmSync(plan.sockets.door, { force: true });

// Clients name the host they want, as they do to any proxy; there is one door, and no way past it.
const proxy = createHttpServer((_, response) => response.writeHead(405).end("This proxy knows CONNECT alone.\n"));
proxy.on("connect", (request, socket, head) => {
  const [host = "", asked = ""] = (request.url ?? "").split(":");
  const isOurs = (host === plan.host || host.endsWith(`.${plan.host}`)) && asked === "443";
  if (!isOurs) return void socket.end(`HTTP/1.1 403 Forbidden\r\n\r\nThis leads to ${plan.host} and nowhere else.\n`);
  const inside = connect(plan.sockets.door);
  inside.once("connect", () => {
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    inside.write(head);
    joined(socket as Socket, inside);
  });
  inside.once("error", () => socket.destroy());
});
proxy.listen(0, "127.0.0.1", () => {
  const { port } = proxy.address() as AddressInfo;
  writeFileSync(plan.address, `http://127.0.0.1:${port}`);
});

const agent = fileURLToPath(new URL("./agent.ts", import.meta.url));
const cell = spawn("unshare", [...cellNamespaces, "--", process.execPath, agent, file], {
  stdio: ["ignore", "pipe", "pipe"],
});
const log = (text: Buffer) => appendFileSync(join(plan.folder, "door.log"), text);
cell.stdout.on("data", log);
cell.stderr.on("data", log);
cell.on("exit", (code, signal) => {
  log(Buffer.from(`the cell ended (${signal ?? code})\n`));
  process.exit(1);
});
process.on("SIGTERM", () => cell.kill("SIGKILL"));
