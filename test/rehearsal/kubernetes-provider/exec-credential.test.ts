import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConnection, readServer } from "../../../rehearsal/kubernetes-provider/kubeconfig.ts";

let folder: string;
let home: string;
let elsewhere: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-exec-"));
  home = join(folder, "rehearsal");
  elsewhere = join(folder, "usr");
  for (const place of [home, elsewhere]) mkdirSync(join(place, "bin"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kubeconfig = (command: string, more = "") =>
  `current-context: c
contexts: [{ name: c, context: { cluster: k, user: u } }]
clusters: [{ name: k, cluster: { server: "https://127.0.0.1:6443" } }]
users:
  - name: u
    user: { exec: { apiVersion: client.authentication.k8s.io/v1beta1, command: ${command}, args: [eks, get-token]${more} } }
`;
const credential = '{"status":{"clientCertificateData":"CERT","clientKeyData":"KEY $WHO $*"}}';

function program(at: string, script = `echo "${credential.replaceAll('"', '\\"')}"`) {
  writeFileSync(at, `#!/bin/sh\n${script}\n`);
  chmodSync(at, 0o755);
}
const env = (path: string[], rehearsal: string | undefined = home) => ({
  PATH: [...path, "/bin"].join(":"),
  FREEHOLD_REHEARSAL: rehearsal,
});

describe("a kubeconfig that takes its credentials from a program", () => {
  it("gets them from one of the rehearsal's own, with its arguments and its environment", () => {
    program(join(home, "bin", "aws"));
    const text = kubeconfig("aws", ", env: [{ name: WHO, value: me }]");
    const { certificate, server } = readConnection(
      { kubeconfig: text },
      env([join(home, "bin"), join(elsewhere, "bin")]),
    );
    expect(server.port).toBe("6443");
    expect(certificate?.cert.toString()).toBe("CERT");
    expect(certificate?.key.toString()).toBe("KEY me eks get-token");
  });

  it("gets a token, where the program gives one", () => {
    program(join(home, "bin", "aws"), `echo '{"status":{"token":"abc"}}'`);
    expect(readConnection({ kubeconfig: kubeconfig("aws") }, env([join(home, "bin")])).authorization).toBe(
      "Bearer abc",
    );
  });

  const ran = () => join(folder, "ran");
  it.each([
    ["another on PATH that comes first", "aws", () => env([join(elsewhere, "bin"), join(home, "bin")])],
    ["one that is named by its path", "PATH", () => env([join(home, "bin")])],
    ["a link that leads out of the rehearsal", "linked", () => env([join(home, "bin")])],
    ["one of a folder whose name only begins alike", "aws", () => env([join(`${home}-2`, "bin")])],
    ["any, where no rehearsal goes on", "aws", () => ({ ...env([join(home, "bin")]), FREEHOLD_REHEARSAL: undefined })],
    ["any that is not there", "nothing", () => env([join(home, "bin")])],
  ])("does not run %s", (_, command, surroundings) => {
    const mark = `touch ${ran()}`;
    mkdirSync(join(`${home}-2`, "bin"), { recursive: true });
    for (const place of [elsewhere, `${home}-2`]) program(join(place, "bin", "aws"), mark);
    if (surroundings().FREEHOLD_REHEARSAL === undefined) program(join(home, "bin", "aws"), mark);
    symlinkSync(join(elsewhere, "bin", "aws"), join(home, "bin", "linked"));
    const text = kubeconfig(command === "PATH" ? join(elsewhere, "bin", "aws") : command);
    expect(() => readConnection({ kubeconfig: text }, surroundings())).toThrow("a rehearsal runs none but its own");
    expect(() => rmSync(ran())).toThrow("ENOENT");
  });

  it("says what the program said when it gives none", () => {
    program(join(home, "bin", "aws"), "echo no such cluster >&2; exit 1");
    expect(() => readConnection({ kubeconfig: kubeconfig("aws") }, env([join(home, "bin")]))).toThrow(
      'user "u": aws gives no credentials: no such cluster',
    );
  });

  it("is run by nobody who only wants to know where it leads", () => {
    program(join(home, "bin", "aws"), "exit 1");
    expect(readServer({ kubeconfig: kubeconfig("aws") }, env([join(home, "bin")])).href).toBe(
      "https://127.0.0.1:6443/",
    );
  });
});
