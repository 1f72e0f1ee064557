import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { connectionOf, readKubeconfig } from "../../components/kubeconfig.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A kubeconfig with one context of this name, and what its cluster and its user say beside the server. */
function written(name: string, cluster: object = {}, user: object = {}): string {
  const path = join(folder, `${name}.yaml`);
  const content = {
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: `https://${name}.example:6443/`, ...cluster } }],
    users: [{ name, user }],
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const connection = (name: string, cluster: object = {}, user: object = {}) =>
  connectionOf(readKubeconfig({ KUBECONFIG: written(name, cluster, user) }), name);

describe("a kubeconfig", () => {
  it("is made of all the files that KUBECONFIG names, the first of which wins", async () => {
    const first = written("first");
    const second = join(folder, "second.yaml");
    writeFileSync(
      second,
      JSON.stringify({
        contexts: [{ name: "other", context: { cluster: "first", user: "nobody" } }],
        clusters: [{ name: "first", cluster: { server: "https://shadowed.example" } }],
      }),
    );
    const missing = join(folder, "missing.yaml");
    const kubeconfig = readKubeconfig({ KUBECONFIG: [first, missing, second].join(delimiter) });
    expect(kubeconfig.contexts.map(({ name }) => name)).toEqual(["first", "other"]);
    expect((await connectionOf(kubeconfig, "other")).server.host).toBe("first.example:6443");
  });

  it("knows nothing where there is no file", () => {
    expect(readKubeconfig({ KUBECONFIG: join(folder, "missing.yaml") }).contexts).toEqual([]);
  });

  it("is refused where an entry is incomplete", () => {
    const path = join(folder, "incomplete.yaml");
    writeFileSync(path, "clusters: [{ name: a, cluster: {} }]");
    expect(() => readKubeconfig({ KUBECONFIG: path })).toThrow("clusters[0].cluster.server is missing");
  });

  it("is refused where a context names a cluster that is not there", async () => {
    const path = join(folder, "dangling.yaml");
    writeFileSync(path, "contexts: [{ name: a, context: { cluster: gone, user: u } }]");
    await expect(connectionOf(readKubeconfig({ KUBECONFIG: path }), "a")).rejects.toThrow("no cluster gone");
  });
});

describe("a connection", () => {
  it("carries certificates, as data or as files beside the kubeconfig", async () => {
    mkdirSync(join(folder, "pki"), { recursive: true });
    for (const name of ["ca", "cert", "key"]) writeFileSync(join(folder, "pki", name), `${name} of a file`);
    const asData = await connection(
      "data",
      { "certificate-authority-data": base64("ca") },
      { "client-certificate-data": base64("cert"), "client-key-data": base64("key") },
    );
    expect([asData.options.ca, asData.options.cert, asData.options.key].map(String)).toEqual(["ca", "cert", "key"]);
    const asFiles = await connection(
      "files",
      { "certificate-authority": "pki/ca", "tls-server-name": "api.example" },
      { "client-certificate": "pki/cert", "client-key": join(folder, "pki/key") },
    );
    expect(String(asFiles.options.ca)).toBe("ca of a file");
    expect(String(asFiles.options.cert)).toBe("cert of a file");
    expect(String(asFiles.options.key)).toBe("key of a file");
    expect(asFiles.options).toMatchObject({ rejectUnauthorized: true, servername: "api.example" });
  });

  it("trusts a cluster unseen only where the kubeconfig says so", async () => {
    const { options } = await connection("unseen", { "insecure-skip-tls-verify": true });
    expect(options.rejectUnauthorized).toBe(false);
  });

  it("carries a token, the one in a file before the one that is written", async () => {
    writeFileSync(join(folder, "token"), "from-a-file\n");
    const direct = await connection("token", {}, { token: "secret", as: "auditor" });
    expect(direct.options.headers).toEqual({ authorization: "Bearer secret", "impersonate-user": "auditor" });
    const { options } = await connection("token-file", {}, { token: "old", tokenFile: "token" });
    expect(options.headers).toEqual({ authorization: "Bearer from-a-file" });
  });

  it("carries a name and a password", async () => {
    const { options } = await connection("basic", {}, { username: "operator", password: "secret" });
    expect(options.headers).toEqual({ authorization: `Basic ${base64("operator:secret")}` });
  });

  it("carries what a program says that the user names, as identity providers and clouds have it", async () => {
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "ran" },
    };
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", `console.log(process.env.SAID)`],
      env: [{ name: "SAID", value: JSON.stringify(credential) }],
    };
    const { options } = await connection("exec", { "certificate-authority-data": base64("ca") }, { exec });
    expect(options.headers).toMatchObject({ Authorization: "Bearer ran" });
    expect(String(options.ca)).toBe("ca");
  });

  it("says why a program gave no credentials", async () => {
    const exec = { command: process.execPath, args: ["-e", "console.error('log in first'); process.exit(1)"] };
    await expect(connection("denied", {}, { exec })).rejects.toThrow("log in first");
  });

  it("goes through the proxy that the cluster names", async () => {
    const { options } = await connection("proxied", { "proxy-url": "http://proxy.example:3128" }, { token: "secret" });
    expect(options.agent).toMatchObject({ proxy: { host: "proxy.example:3128" } });
    expect(options.headers).toMatchObject({ Authorization: "Bearer secret" });
  });
});
