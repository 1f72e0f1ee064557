import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { accepts } from "../../../../rehearsal/door/database/accepts.ts";

let stop = (): void => {};
afterEach(() => stop());

/** A server that answers the first message as it is told. */
async function server(answer: (socket: Socket, asked: Buffer) => void) {
  const listening = createServer(
    (socket) => void socket.once("data", (asked) => answer(socket, asked)).on("error", () => {}),
  );
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  stop = () => void listening.close();
  return { host: "127.0.0.1", port: (listening.address() as AddressInfo).port };
}

it("believes a Postgres that refuses us for who we are", async () => {
  let asked: Buffer = Buffer.alloc(0);
  const end = await server((socket, first) => {
    asked = first;
    socket.end("E\0\0\0\x20SFATAL\0C28000\0Mrejected\0\0");
  });
  expect(await accepts(end)).toBe(true);
  expect([asked.readInt32BE(0), asked.readInt32BE(4)]).toEqual([asked.length, 196_608]);
});

it("does not believe one that is only starting", async () => {
  expect(await accepts(await server((socket) => socket.end("E\0\0\0\x20SFATAL\0C57P03\0Mstarting up\0\0")))).toBe(
    false,
  );
});

it("does not believe one that hangs up, nor one that is not there", async () => {
  const end = await server((socket) => socket.destroy());
  expect(await accepts(end)).toBe(false);
  stop();
  expect(await accepts(end)).toBe(false);
});
