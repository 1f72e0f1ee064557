import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { isLoopback } from "../../../components/rehearsal-mark.ts";
import { Client } from "../../../rehearsal/kubernetes-provider/client.ts";
import { readConnection } from "../../../rehearsal/kubernetes-provider/kubeconfig.ts";
import {
  refuseUnlessLabelled,
  refuseUnlessRehearsing,
} from "../../../rehearsal/kubernetes-provider/rehearsal-cluster.ts";
import { configure } from "../../../rehearsal/kubernetes-provider/settings.ts";
import { scratch } from "../workbench.ts";
import { ApiServer, status } from "./api-server.ts";

const servers: ApiServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Labels = Record<string, string> | undefined;

function apiServer(labels: Labels): ApiServer {
  const server = new ApiServer({ "GET /api/v1/namespaces/kube-system": { metadata: { name: "kube-system", labels } } });
  servers.push(server);
  return server;
}

const remedy =
  /rehearsal provider for kubernetes.*never touches any other cluster[\s\S]*npx freehold setup --production[\s\S]*pulumi plugin install resource kubernetes v4\.34\.2/;

describe("the rehearsal provider", () => {
  it("takes a cluster on this machine that says it is a rehearsal", async () => {
    using home = scratch();
    const connection = await apiServer({ "freehold.dev/rehearsal": "true" }).connection();
    refuseUnlessRehearsing(connection, { FREEHOLD_REHEARSAL: home.folder });
    await expect(refuseUnlessLabelled(new Client(connection), connection)).resolves.toBeUndefined();
  });

  it("refuses every cluster while no rehearsal is set, and says how production is done", async () => {
    const connection = await apiServer({ "freehold.dev/rehearsal": "true" }).connection();
    expect(() => refuseUnlessRehearsing(connection, {})).toThrow(remedy);
    expect(() => refuseUnlessRehearsing(connection, {})).toThrow("FREEHOLD_REHEARSAL is not set");
    expect(() => refuseUnlessRehearsing(connection, { FREEHOLD_REHEARSAL: "/none/such" })).toThrow("no such folder");
  });

  it("refuses a server that is not on this machine", async () => {
    using home = scratch();
    const elsewhere = { ...(await apiServer({}).connection()), server: new URL("https://k8s.example.ch:6443") };
    const refuse = () => refuseUnlessRehearsing(elsewhere, { FREEHOLD_REHEARSAL: home.folder });
    expect(refuse).toThrow("https://k8s.example.ch:6443 is not on this machine");
    expect(refuse).toThrow(remedy);
  });

  it("is not fooled by names that only look like this machine", () => {
    for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"]) expect(isLoopback(host), host).toBe(true);
    for (const host of ["127.0.0.1.example.ch", "localhost.example.ch", "10.0.0.1", "0.0.0.0", "[::2]", "1270.0.0.1"]) {
      expect(isLoopback(host), host).toBe(false);
    }
  });

  it("refuses a cluster on this machine that does not carry the label", async () => {
    for (const labels of [undefined, { other: "true" }, { "freehold.dev/rehearsal": "false" }] as Labels[]) {
      const connection = await apiServer(labels).connection();
      await expect(refuseUnlessLabelled(new Client(connection), connection)).rejects.toThrow(remedy);
    }
  });

  it("refuses a cluster that does not let itself be asked", async () => {
    const server = new ApiServer({
      "GET /api/v1/namespaces/kube-system": () => ({ code: 403, body: status(403, "Forbidden", "not you") }),
    });
    servers.push(server);
    const connection = await server.connection();
    await expect(refuseUnlessLabelled(new Client(connection), connection)).rejects.toThrow(
      /does not show kube-system: not you/,
    );
  });

  it("asks a cluster elsewhere nothing at all", async () => {
    using home = scratch();
    const server = apiServer({ "freehold.dev/rehearsal": "true" });
    const { server: url } = await server.connection();
    const kubeconfig = kubeconfigFor(url.href);
    const before = process.env.FREEHOLD_REHEARSAL;
    delete process.env.FREEHOLD_REHEARSAL;
    try {
      await expect(configure(new Map([["kubernetes:config:kubeconfig", kubeconfig]]))).rejects.toThrow(remedy);
      expect(server.requests).toEqual([]);
      process.env.FREEHOLD_REHEARSAL = home.folder;
      await expect(configure(new Map([["kubernetes:config:kubeconfig", kubeconfig]]))).resolves.toBeDefined();
      expect(server.requests).toEqual(["GET /api/v1/namespaces/kube-system"]);
    } finally {
      if (before === undefined) delete process.env.FREEHOLD_REHEARSAL;
      else process.env.FREEHOLD_REHEARSAL = before;
    }
  });
});

describe("a kubeconfig", () => {
  it("is read from text or from a file, with the files beside it", () => {
    using home = scratch();
    mkdirSync(join(home.folder, "pki"));
    writeFileSync(join(home.folder, "pki/ca.crt"), "CA");
    const text = `${kubeconfigFor("https://127.0.0.1:6443")}    certificate-authority: pki/ca.crt\n`;
    const file = join(home.folder, "config");
    writeFileSync(file, text);
    const connection = readConnection({ kubeconfig: file });
    expect(connection.server.href).toBe("https://127.0.0.1:6443/");
    expect(String(connection.ca)).toBe("CA");
    expect(connection.namespace).toBe("default");
    expect(readConnection({}, { KUBECONFIG: `:${file}` }).server.href).toBe("https://127.0.0.1:6443/");
    expect(readConnection({ kubeconfig: file, namespace: "mine", context: "there" })).toMatchObject({
      namespace: "mine",
    });
  });

  it("is never looked for where nobody named it", () => {
    expect(() => readConnection({}, {})).toThrow("neither by the provider's `kubeconfig` nor by KUBECONFIG");
    expect(() => readConnection({}, { KUBECONFIG: "/none/such" })).toThrow("/none/such: there is no such kubeconfig");
  });

  it("whose context is wrong says which there are", () => {
    const kubeconfig = kubeconfigFor("https://127.0.0.1:1");
    expect(() => readConnection({ kubeconfig, context: "elsewhere" })).toThrow('no context "elsewhere"; it has: there');
    expect(() => readConnection({ kubeconfig: "{}\n" })).toThrow("this is no kubeconfig");
  });

  it("that would run a program or leave through a proxy is refused", () => {
    const exec = `${kubeconfigFor("https://127.0.0.1:1").replace("user: {}", "user: {exec: {command: rm}}")}`;
    expect(() => readConnection({ kubeconfig: exec })).toThrow("takes its credentials from a program");
    const proxy = `${kubeconfigFor("https://127.0.0.1:1")}    proxy-url: http://proxy.example\n`;
    expect(() => readConnection({ kubeconfig: proxy })).toThrow("is reached through a proxy");
  });
});

function kubeconfigFor(server: string): string {
  return `apiVersion: v1
kind: Config
current-context: there
contexts:
- {name: there, context: {cluster: here, user: me}}
users:
- name: me
  user: {}
clusters:
- name: here
  cluster:
    server: ${server}
`;
}
