import { connect, type NetConnectOpts } from "node:net";

/** Waiting longer would be no answer either; a relay itself waits for who is to answer. */
const patienceMs = 6000;
const startingUp = "57P03";

/**
 * Whether a Postgres lets clients come, in whatever way it then lets them in: as pg_isready has it, everything counts but
 * silence and its word that it is only starting.
 */
export function accepts(end: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(end);
    const decide = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patienceMs, () => decide(false));
    socket.once("error", () => decide(false));
    socket.once("close", () => decide(false));
    socket.once("connect", () => socket.write(startup("postgres")));
    socket.once("data", (answer) => decide(!answer.includes(startingUp)));
  });
}

/** The first message of the protocol's third version. */
function startup(user: string): Buffer {
  const words = Buffer.from(`user\0${user}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + words.length);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, words]);
}
