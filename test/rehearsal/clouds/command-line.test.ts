import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "../../../rehearsal/clouds/world.ts";

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "freehold-token-"));
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  writeFileSync(
    join(home, "kubeconfig"),
    `current-context: c
contexts: [{ name: c, context: { cluster: k, user: u } }]
clusters: [{ name: k, cluster: { server: "https://127.0.0.1:6443" } }]
users: [{ name: u, user: { client-certificate-data: ${base64("CERT")}, client-key-data: ${base64("KEY")} } }]
`,
  );
  const cluster = { name: "c", inputs: {}, holds: [], created: "2026-11-22T00:00:00Z" };
  new World(join(home, "world", "aws")).put({
    ...cluster,
    type: "aws:eks/cluster:Cluster",
    id: "freehold-in",
    outputs: { region: "ap-south-1" },
  });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const ask = (words: string, rehearsal = home) =>
  spawnSync(
    process.execPath,
    [join(import.meta.dirname, "../../../rehearsal/clouds/command-line.ts"), ...words.split(" ")],
    { encoding: "utf8", env: { ...process.env, FREEHOLD_REHEARSAL: rehearsal } },
  );

describe("the stand-in for clouds' credential programs", () => {
  it.each([
    "aws eks get-token --cluster-name freehold-in --region ap-south-1",
    "aws --region ap-south-1 eks get-token --cluster-name freehold-in --output json",
    "aws eks get-token --cluster-name=freehold-in",
  ])("gives the control plane's certificate: %s", (words) => {
    const { stdout, stderr } = ask(words);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1beta1",
      status: { clientCertificateData: "CERT", clientKeyData: "KEY" },
    });
  });

  it.each([
    ["a cluster that is not there", "aws eks get-token --cluster-name other --region ap-south-1", "No cluster found"],
    ["one of another region", "aws eks get-token --cluster-name freehold-in --region eu-west-1", "No cluster found"],
    ["any other command", "aws s3 ls", "and not `aws s3 ls`"],
    ["a login", "kubelogin convert-kubeconfig", "which knows get-token alone"],
    ["AKS where no cluster stands", "kubelogin get-token --server-id x", "no AKS cluster stands"],
  ])("gives nothing for %s, and says what it is", (_, words, message) => {
    const { status, stdout, stderr } = ask(words);
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("This is Freehold's stand-in");
    expect(stderr).toContain(message);
  });

  it("lists vaults that stand apart from deleted ones, and forgets those whose time is over", () => {
    const world = new World(join(home, "world", "azure-native"));
    const vault = (name: string, left?: Record<string, string>) =>
      world.put({
        type: "azure-native:keyvault:Vault",
        id: `/vaults/${name}`,
        name,
        inputs: {},
        outputs: { name },
        holds: [],
        created: "2026-11-22T00:00:00Z",
        ...(left && { left }),
      });
    vault("here");
    vault("deleted", { scheduledPurgeDate: "2999-01-01T00:00:00Z" });
    vault("purged", { scheduledPurgeDate: "2026-01-01T00:00:00Z" });
    const names = (command: string) =>
      JSON.parse(ask(`az keyvault ${command} --subscription s --output json`).stdout).map(
        ({ name }: { name: string }) => name,
      );
    expect(names("list")).toEqual(["here"]);
    expect(names("list-deleted")).toEqual(["deleted"]);
  });

  it("gives nothing where no rehearsal goes on", () => {
    expect(ask("aws eks get-token --cluster-name freehold-in", "").stderr).toContain("no rehearsal is going on here");
  });
});
