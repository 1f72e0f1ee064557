import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { judgeOne, UNKNOWN } from "../../policies/judge.ts";

const here = jurisdictionOf("CH", { hosts: ["*.alpen.example"] });
const folder = mkdtempSync(join(tmpdir(), "freehold-kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the cluster that a Kubernetes provider talks to", () => {
  beforeEach(() => {
    vi.stubEnv("KUBECONFIG", join(folder, "missing"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(join(folder, "config"), { force: true });
  });

  it.each([
    ["in the country", "https://api.alpen.example:6443", []],
    ["on this machine", "https://127.0.0.1:6443", []],
    ["on a private address", "https://10.0.0.5:6443", []],
    ["abroad", "https://k8s.vendor.com", ["broken kubeconfig: k8s.vendor.com"]],
    ["on a public address", "https://104.18.6.192", ["broken kubeconfig: 104.18.6.192"]],
    ["abroad, without a scheme", "k8s.vendor.com:6443", ["broken kubeconfig: k8s.vendor.com"]],
    ["on a public address, without a scheme", "104.18.6.192:6443", ["broken kubeconfig: 104.18.6.192"]],
    ["in the country, without a scheme", "api.alpen.example:6443", []],
    [
      "nowhere",
      "https://",
      ["undecidable kubeconfig: the API server cannot be read from the kubeconfig: it names a server that has no host"],
    ],
  ])("is judged from the kubeconfig's text: %s", (_, server, found) => {
    expect(verdicts({ kubeconfig: kubeconfig(server) })).toEqual(found);
    expect(verdicts({ kubeconfig: JSON.stringify(config(server)) })).toEqual(found);
  });

  it("is judged by the context that is named, not by the current one", () => {
    const text = kubeconfig("https://api.alpen.example", "https://k8s.vendor.com");
    expect(verdicts({ kubeconfig: text })).toEqual([]);
    expect(verdicts({ kubeconfig: text, context: "c1" })).toEqual(["broken kubeconfig: k8s.vendor.com"]);
    expect(verdicts({ kubeconfig: text, cluster: "c1" })).toEqual(["broken kubeconfig: k8s.vendor.com"]);
  });

  it("is judged with the proxy on the way", () => {
    const through = config("https://api.alpen.example");
    Object.assign(through.clusters[0]?.cluster ?? {}, { "proxy-url": "http://proxy.vendor.com:3128" });
    expect(verdicts({ kubeconfig: JSON.stringify(through) })).toEqual(["broken kubeconfig: proxy.vendor.com"]);
  });

  it("is judged with a proxy that is written without a scheme", () => {
    const through = config("https://api.alpen.example");
    Object.assign(through.clusters[0]?.cluster ?? {}, { "proxy-url": "proxy.vendor.com:3128" });
    expect(verdicts({ kubeconfig: JSON.stringify(through) })).toEqual(["broken kubeconfig: proxy.vendor.com"]);
  });

  it("is not known where objects are only written to files", () => {
    expect(verdicts({ kubeconfig: kubeconfig("https://api.alpen.example"), renderYamlToDirectory: "out" })).toEqual([
      "undecidable renderYamlToDirectory: its objects are written to files, and where those are applied is not known here",
    ]);
    expect(verdicts({ renderYamlToDirectory: UNKNOWN })).toEqual(["pending renderYamlToDirectory: not known yet"]);
  });

  it("is read from the file that the provider or the environment names", () => {
    const file = join(folder, "config");
    writeFileSync(file, kubeconfig("https://k8s.vendor.com"));
    expect(verdicts({ kubeconfig: file })).toEqual(["broken kubeconfig: k8s.vendor.com"]);
    vi.stubEnv("KUBECONFIG", file);
    expect(verdicts({ context: "c0" })).toEqual(["broken context: k8s.vendor.com"]);
    writeFileSync(file, kubeconfig("https://api.alpen.example"));
    expect(verdicts({ context: "c0" })).toEqual([]);
  });

  it("is undecidable where nothing says which it is, and pending where it is not known yet", () => {
    expect(verdicts({ context: "c0" })).toEqual([
      "undecidable context: the API server of context c0 cannot be read from the kubeconfig: the file does not exist",
    ]);
    expect(verdicts({ kubeconfig: kubeconfig("https://api.alpen.example"), context: "other" })).toEqual([
      "undecidable kubeconfig: the API server of context other cannot be read from the kubeconfig: it names no server for this context",
    ]);
    expect(verdicts({ kubeconfig: "not: [a" })[0]).toMatch(/^undecidable/);
    expect(verdicts({ kubeconfig: UNKNOWN })).toEqual(["pending kubeconfig: not known yet"]);
  });
});

it("lets packages pass that reach nothing", () => {
  const random = { type: "random:index/randomPassword:RandomPassword", urn: "u", name: "r", props: {}, custom: true };
  expect(judgeOne(random, here)).toEqual([]);
  expect(judgeOne({ ...random, type: "pulumi:providers:random" }, here)).toEqual([]);
  expect(judgeOne({ ...random, type: "randomized:index:X" }, here)).toHaveLength(1);
});

function verdicts(props: Record<string, unknown>): string[] {
  const resource = { type: "pulumi:providers:kubernetes", urn: "u", name: "p", props };
  return judgeOne(resource, here).map(({ verdict, path, value }) => `${verdict} ${path}: ${value}`);
}

function config(...servers: string[]) {
  return {
    clusters: servers.map((server, n) => ({ name: `c${n}`, cluster: { server } as Record<string, string> })),
    contexts: servers.map((_, n) => ({ name: `c${n}`, context: { cluster: `c${n}`, user: "u" } })),
    users: [{ name: "u", user: { token: "hunter2" } }],
    "current-context": "c0",
  };
}

function kubeconfig(...servers: string[]): string {
  const { clusters, contexts } = config(...servers);
  const list = (entries: object[]) => entries.map((entry) => `- ${JSON.stringify(entry)}\n`).join("");
  return `apiVersion: v1\nkind: Config\nclusters:\n${list(clusters)}contexts:\n${list(contexts)}current-context: c0\n`;
}
