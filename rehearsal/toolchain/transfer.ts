import { createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The host does not answer at all: no name, no route, no connection within a few seconds. */
export class Unreachable extends Error {}
/** The host answers that there is no such file. */
export class NotThere extends Error {}
/** The host answered, and the file still did not arrive. */
export class TransferFailed extends Error {}

/** How long is waited, in milliseconds; tests shorten it. */
export type Patience = { answerMs: number; stallMs: number; pauseMs: number; tries: number };

const patience: Patience = { answerMs: 6_000, stallMs: 30_000, pauseMs: 500, tries: 5 };

/** A small text file, such as a list of checksums. */
export async function fetchText(url: string, wait: Patience = patience): Promise<string> {
  const { response } = await ask(url, {}, wait);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Whether a file is there, without fetching it. */
export async function isThere(url: string, wait: Patience = patience): Promise<boolean> {
  try {
    const { response } = await ask(url, { range: "bytes=0-0" }, wait);
    response.destroy();
    return true;
  } catch (error) {
    if (error instanceof NotThere) return false;
    throw error;
  }
}

/**
 * Fetches a file to `part`. With `resume`, what an earlier attempt left there is continued; use it only where a checksum
 * decides in the end, for nothing else tells whether the file on the server is still the same one.
 */
export async function fetchFile(
  url: string,
  part: string,
  options: { resume: boolean; onBytes?: (got: number, all: number | undefined) => void; wait?: Patience },
): Promise<{ resumedAt: number }> {
  const wait = options.wait ?? patience;
  await mkdir(dirname(part), { recursive: true });
  if (!options.resume) await rm(part, { force: true });
  const before = await sizeOf(part);
  let failures = 0;
  for (;;) {
    const have = options.resume ? await sizeOf(part) : 0;
    try {
      await attempt(url, part, have, options.onBytes, wait);
      return { resumedAt: before };
    } catch (error) {
      if (error instanceof Unreachable || error instanceof NotThere || isOurDisk(error)) throw error;
      // As long as every attempt brings more of the file, a bad line is not given up.
      failures = options.resume && (await sizeOf(part)) > have ? 1 : failures + 1;
      if (failures >= wait.tries) throw new TransferFailed(`${url}: ${(error as Error).message}`);
      await sleep(wait.pauseMs);
    }
  }
}

async function attempt(
  url: string,
  part: string,
  have: number,
  onBytes: ((got: number, all?: number) => void) | undefined,
  wait: Patience,
) {
  const { response, alive } = await ask(url, have > 0 ? { range: `bytes=${have}-` } : {}, wait);
  if (response.statusCode === 416) {
    response.destroy();
    await rm(part, { force: true });
    throw new TransferFailed("the server has less of the file than an earlier attempt fetched");
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)/.exec(response.headers["content-range"] ?? "");
  const from = response.statusCode === 206 && range ? Number(range[1]) : 0;
  if (response.statusCode === 206 && from !== have) {
    response.destroy();
    throw new TransferFailed("the server sent another piece than was asked for");
  }
  const length = Number(response.headers["content-length"] ?? Number.NaN);
  const all = range && range[2] !== "*" ? Number(range[2]) : Number.isNaN(length) ? undefined : from + length;
  let got = from;
  response.on("data", (chunk: Buffer) => {
    got += chunk.length;
    alive();
    onBytes?.(got, all);
  });
  await pipeline(response, createWriteStream(part, { flags: from > 0 ? "a" : "w" }));
  if (all !== undefined && got !== all) throw new TransferFailed(`the connection ended at ${got} of ${all} bytes`);
}

// node:http rather than fetch: the fetch of Node 24 brings the whole process down, uncatchably, when a server closes the
// connection while the disk is slower than the line; and these agents follow HTTPS_PROXY and NO_PROXY.
const agents = {
  "http:": new http.Agent({ proxyEnv: process.env }),
  "https:": new https.Agent({ proxyEnv: process.env }),
};

type Answer = { response: http.IncomingMessage; alive: () => void };

async function ask(url: string, headers: Record<string, string>, wait: Patience, redirects = 5): Promise<Answer> {
  const answer = await request(url, headers, wait);
  const { statusCode: status = 0, headers: told } = answer.response;
  if (status === 200 || status === 206 || status === 416) return answer;
  answer.response.destroy();
  if (status >= 300 && status < 400 && told.location && redirects > 0) {
    const next = new URL(told.location, url);
    if (url.startsWith("https:") && next.protocol !== "https:")
      throw new TransferFailed(`${url} leads to ${next.href}, which is not https`);
    return await ask(next.href, headers, wait, redirects - 1);
  }
  if ([403, 404, 410].includes(status)) throw new NotThere(`${url}: HTTP ${status}`);
  throw new TransferFailed(`${url}: HTTP ${status}`);
}

function request(url: string, headers: Record<string, string>, wait: Patience): Promise<Answer> {
  const { protocol } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") throw new TransferFailed(`${url} is neither http nor https`);
  return new Promise((resolve, reject) => {
    const asked = (protocol === "https:" ? https : http).get(url, { agent: agents[protocol], headers });
    let timer = setTimeout(() => asked.destroy(new Error(`no answer within ${wait.answerMs / 1000} s`)), wait.answerMs);
    asked.on("close", () => clearTimeout(timer));
    asked.on("error", (error: NodeJS.ErrnoException) => reject(new Unreachable(error.code ?? error.message)));
    asked.on("response", (response) => {
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => response.destroy(new TransferFailed("the server stopped sending")), wait.stallMs);
      };
      alive();
      resolve({ response, alive });
    });
  });
}

function isOurDisk(error: unknown): boolean {
  return ["open", "write"].includes((error as NodeJS.ErrnoException).syscall ?? "");
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
