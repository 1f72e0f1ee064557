import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../../rehearsal/certificate.ts";
import { Double, error, goodKey } from "./conformance/double.ts";
import { conformance } from "./conformance/freehold.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const authority = makeAuthority("Alpen AI root");
const root = join(folder, "root.pem");
writeFileSync(root, authority.certificate);

function tlsFor(host: string) {
  const { certificate, key } = authority.certify(host);
  return { cert: certificate, key };
}

/** A server that ends with the test, whatever it has left open. */
async function listening(server: Server) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, [Symbol.asyncDispose]: close };
}

const answering = (listener: RequestListener) => listening(createServer(listener));

describe("freehold conformance", () => {
  it("prints a table by feature, in plain text and without the key, and ends with 0 where nothing is missing", async () => {
    await using double = await new Double().listen();
    const ran = await conformance([double.url, goodKey]);
    expect([ran.status, ran.stdout]).toEqual([0, expect.stringMatching(/\nstreaming\n.*content-type +pass/)]);
    expect(ran.stdout).toContain("derived from how these clients use the API, not from running them");
    expect(ran.stdout + ran.stderr).not.toContain(goodKey);
    expect(ran.stdout + ran.stderr).not.toContain("\u001b[");
  });

  it("ends with 1 and says what is wrong, where something required fails", async () => {
    await using double = await new Double({ events: (events) => events.slice(0, -1) }).listen();
    const ran = await conformance([double.url, goodKey, "--only", "streaming"]);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/done +fail +no \[DONE\] came\n +asked +data: \[DONE\] ends the stream. \(required\)/);
    expect(ran.stdout).not.toMatch(/^errors$/m);
  });

  it("prints the same as JSON for machines, which say where the key came from and not what it is", async () => {
    await using double = await new Double().listen();
    const ran = await conformance([double.url, "--json"], { env: { FREEHOLD_KEY: goodKey, OPENAI_API_KEY: "other" } });
    const { key, passed, checks } = JSON.parse(ran.stdout);
    expect([ran.status, key, passed]).toEqual([0, "FREEHOLD_KEY", true]);
    expect(checks[0]).toEqual({
      id: "models.list",
      feature: "models",
      asks: expect.any(String),
      need: "required",
      verdict: "pass",
      found: "2 listed",
      notes: [],
      blocks: false,
    });
    expect(ran.stdout).not.toContain(goodKey);
  });

  it("takes the key from standard input, or else from OPENAI_API_KEY", async () => {
    await using double = await new Double().listen();
    const only = ["--only", "models", "--json"];
    const [typed, found] = await Promise.all([
      conformance([double.url, "-", ...only], { stdin: `${goodKey}\n`, env: { FREEHOLD_KEY: "other" } }),
      conformance([double.url, ...only], { env: { OPENAI_API_KEY: goodKey } }),
    ]);
    expect(JSON.parse(typed.stdout)).toMatchObject({ key: "standard input", passed: true });
    expect(JSON.parse(found.stdout)).toMatchObject({ key: "OPENAI_API_KEY", passed: true });
  });

  it("goes through HTTPS_PROXY without being told twice, and trusts the root of --ca", async () => {
    const host = "kanton.ai.alpen-ai.example";
    await using double = await new Double({}, tlsFor(host)).listen();
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url!);
      const through = connect(double.port, "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      through.pipe(socket).pipe(through);
      for (const each of [through, socket]) each.on("error", () => each.destroy());
    });
    await using listens = await listening(proxy);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${listens.port}` };
    const ran = await conformance([`https://${host}/v1`, goodKey, "--ca", root, "--only", "models"], { env });
    expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining("2 listed")]);
    expect(new Set(asked)).toEqual(new Set([`${host}:443`]));
  });
});

describe("an endpoint that cannot be looked at ends with 2, one report and no stack:", () => {
  const plain = (ran: { status: number | null; stdout: string; stderr: string }) => {
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
    expect(ran.stderr).not.toMatch(/^\s+at |Error:|ECONN|ERR_/m);
    expect(ran.stderr).toMatch(/^ {2}found {4}.+\n(?: {2}allowed {2}.+\n)? {2}remedy {3}.+$/m);
    return ran.stderr;
  };

  it("nobody listens", async () => {
    const port = await (async () => {
      await using free = await listening(createTcpServer());
      return free.port;
    })();
    expect(plain(await conformance([`http://127.0.0.1:${port}/v1`]))).toContain("refuses connections");
  });

  it("DNS knows no such host", async () => {
    expect(plain(await conformance(["https://kanton.invalid/v1"]))).toContain("DNS");
  });

  it("a proxy that is not there", async () => {
    const port = await (async () => {
      await using free = await listening(createTcpServer());
      return free.port;
    })();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${port}` };
    const said = plain(await conformance(["https://kanton.ai.example/v1"], { env }));
    expect(said).toContain(`the proxy 127.0.0.1:${port} refuses connections`);
    expect(said).toContain("correct HTTPS_PROXY");
  });

  it("a proxy that leads nowhere, whose password is not shown", async () => {
    const proxy = createServer();
    proxy.on("connect", (_, socket) => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
    await using listens = await listening(proxy);
    const env = { HTTPS_PROXY: `http://someone:hunter2@127.0.0.1:${listens.port}` };
    const said = plain(await conformance(["https://kanton.ai.example/v1"], { env }));
    expect(said).toContain("leads to no kanton.ai.example (HTTP 502)");
    expect(said).not.toContain("hunter2");
  });

  it("a root that nobody trusts, until --ca names it", async () => {
    await using double = await new Double({}, tlsFor("127.0.0.1")).listen();
    const said = plain(await conformance([double.url, goodKey]));
    expect(said).toContain("signed by nobody that this machine trusts");
    expect(said).toContain("--ca <file>");
    expect((await conformance([double.url, goodKey, "--ca", root, "--only", "models"])).status).toBe(0);
  });

  it("a certificate for another name", async () => {
    await using double = await new Double({}, tlsFor("other.example")).listen();
    expect(plain(await conformance([double.url, goodKey, "--ca", root]))).toContain("is for another name");
  });

  it("TLS where there is none", async () => {
    await using double = await new Double().listen();
    const url = double.url.replace("http:", "https:");
    expect(plain(await conformance([url, goodKey]))).toContain("does not speak TLS");
  });

  it("something that is not HTTP", async () => {
    await using server = await listening(createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")));
    expect(plain(await conformance([`http://127.0.0.1:${server.port}/v1`]))).toContain("is not HTTP");
  });

  it("silence", async () => {
    await using server = await listening(createTcpServer());
    const said = plain(await conformance([`http://127.0.0.1:${server.port}/v1`, "--timeout", "0.3"]));
    expect(said).toContain("gave no whole answer in 0.3 s");
  });

  it("a key that is refused, and is not shown though the endpoint repeats it", async () => {
    await using double = await new Double().listen();
    const said = plain(await conformance([double.url, "fh-k7Qx29vLmZ4tR8"]));
    expect(said).toContain(`${double.url} refuses the key.`);
    expect(said).toContain("this one came by argument");
    for (const part of ["k7Qx", "LmZ4", "4tR8"]) expect(said).not.toContain(part);
  });

  it("a key that is missing", async () => {
    await using double = await new Double().listen();
    expect(plain(await conformance([double.url]))).toContain("asks for a key");
  });

  it("another place that it leads to", async () => {
    await using server = await answering((_, response) =>
      response.writeHead(308, { location: "https://ai.example/v1/models" }).end(),
    );
    expect(plain(await conformance([`http://127.0.0.1:${server.port}/v1`]))).toContain("name https://ai.example/v1");
  });

  it("no models at that address, where /v1 is missing", async () => {
    await using server = await answering((_, response) => response.writeHead(404).end("not found"));
    const url = `http://127.0.0.1:${server.port}`;
    expect(plain(await conformance([url]))).toContain(`write  ${url}/v1`);
  });

  it("a model that is not there, with the one that was meant", async () => {
    await using double = await new Double().listen();
    const said = plain(await conformance([double.url, goodKey, "--model", "doubel-chat"]));
    expect(said).toContain("remedy   --model double-chat");
  });

  it("no model that answers", async () => {
    const dead = (reply: { status: number }, path: string) =>
      path === "models" ? reply : error(500, "server_error", "");
    await using double = await new Double({
      reply: (reply, { path }) => ({ ...reply, ...dead(reply, path) }),
    }).listen();
    expect(plain(await conformance([double.url, goodKey]))).toContain("None of the models");
  });
});

describe("wrong usage ends with 2 and shows no word that may be a key:", () => {
  const secret = "fh-k7Qx29vLmZ4tR8";
  const url = "http://127.0.0.1:9/v1";

  it.each([
    ["key and URL the wrong way round", [secret, url], "no base URL"],
    ["a key that begins with a dash", [url, `-${secret}`], "begins with a dash"],
    ["a word too many", [url, "a", secret], "more words"],
    ["a key in the URL", [`http://user:${secret}@127.0.0.1:9/v1`], "holds more than a host and a path"],
    ["a key that is several words", [url, `${secret} x`], "can be no key"],
    ["no key on standard input", [url, "-"], "can be no key"],
    ["the URL of one operation", [`${url}/chat/completions`, secret], `freehold conformance ${url}\n`],
    ["a feature that is none", [url, secret, "--only", "tool"], "--only tools"],
    ["a time that is none", [url, secret, "--timeout", "soon"], "allowed  seconds"],
    ["a root that is not there", [url, secret, "--ca", "/nowhere/root.pem"], "--ca /nowhere/root.pem cannot be read"],
    ["no URL", [], "missing required argument"],
  ])("%s", async (_, args, said) => {
    const ran = await conformance(args);
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).not.toContain("k7Qx29");
  });

  it("has help, in the words of its neighbours", async () => {
    const ran = await conformance(["--help"]);
    expect([ran.status, ran.stderr]).toEqual([0, ""]);
    expect(ran.stdout).toContain("Usage: freehold conformance [options] <url> [key]");
  });
});
