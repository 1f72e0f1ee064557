import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Name } from "../../../rehearsal/move/name.ts";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** A door that says its own name to whoever comes, and again to each word. */
async function door(name: string): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.write(name);
    socket.on("data", () => socket.write(name));
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function come(name: Name) {
  const socket = connect(Number(new URL(name.url).port), "127.0.0.1");
  open.push({ close: () => socket.destroy() });
  const heard = async () => String((await once(socket, "data"))[0]);
  const ask = () => {
    socket.write("?");
    return heard();
  };
  return { first: await heard(), ask };
}

it("leads whoever comes to the one door and then to the other, and who is in already stays", async () => {
  const name = await Name.open();
  open.push(name);
  name.leadTo(await door("cloud"));
  const early = await come(name);
  name.leadTo(await door("hall"));
  const late = await come(name);
  expect([early.first, late.first, await early.ask()]).toEqual(["cloud", "hall", "cloud"]);
});

it("leads nowhere where no door answers", async () => {
  const name = await Name.open();
  open.push(name);
  name.leadTo("http://127.0.0.1:1");
  const socket = connect(Number(new URL(name.url).port), "127.0.0.1");
  await once(socket, "close");
  expect(socket.bytesRead).toBe(0);
});
