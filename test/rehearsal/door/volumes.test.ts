import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Missing, writeVolumes } from "../../../rehearsal/door/volumes.ts";

let folder: string;
let tokens: Record<string, string>;
let secrets: Record<string, Record<string, string>>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-volumes-"));
  tokens = { "account 3607 undefined": "token" };
  secrets = { tls: { "tls.crt": "certificate", "tls.key": "key" } };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString("base64");
const write = (...volumes: object[]) =>
  writeVolumes(
    {
      metadata: { namespace: "gateway", name: "pod" },
      spec: { serviceAccountName: "account", containers: [], volumes: volumes as never },
    },
    { own: join(folder, "own"), claims: join(folder, "claims") },
    {
      secret: (_, name) =>
        secrets[name] && {
          data: Object.fromEntries(Object.entries(secrets[name]).map(([key, text]) => [key, base64(text)])),
        },
      token: ({ spec }, seconds, audience) => tokens[`${spec?.serviceAccountName} ${seconds} ${audience}`],
      configMap: (_, name) =>
        name === "settings" ? { data: { "a.yaml": "a: 1" }, binaryData: { b: base64("b") } } : undefined,
    },
  );

it("writes what a Secret and a ConfigMap say, for nobody else to read", () => {
  const folders = write(
    { name: "certs", secret: { secretName: "tls" } },
    { name: "config", configMap: { name: "settings" } },
  );
  expect(readFileSync(join(folders.get("certs")!, "tls.key"), "utf8")).toBe("key");
  expect(statSync(join(folders.get("certs")!, "tls.key")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folders.get("config")!).sort()).toEqual(["a.yaml", "b"]);
});

it("writes only the keys that are asked for, under the names that are given", () => {
  const folders = write({ name: "certs", secret: { secretName: "tls", items: [{ key: "tls.crt", path: "own.pem" }] } });
  expect(readdirSync(folders.get("certs")!)).toEqual(["own.pem"]);
});

it("lays keys out in folders where that is asked for, and leaves them there", () => {
  const items = [
    { key: "tls.crt", path: "a/b/own.pem" },
    { key: "tls.key", path: "a/key" },
  ];
  const volume = { name: "certs", secret: { secretName: "tls", items } };
  const folder = write(volume).get("certs")!;
  const before = statSync(join(folder, "a/b/own.pem")).ino;
  write(volume);
  expect(readFileSync(join(folder, "a/key"), "utf8")).toBe("key");
  expect(statSync(join(folder, "a/b/own.pem")).ino).toBe(before);
});

it("follows changes, and takes away what is gone", () => {
  const volume = { name: "certs", secret: { secretName: "tls" } };
  const at = write(volume).get("certs")!;
  secrets.tls = { "tls.crt": "another" };
  write(volume);
  expect(readdirSync(at)).toEqual(["tls.crt"]);
  expect(readFileSync(join(at, "tls.crt"), "utf8")).toBe("another");
});

it("keeps a claim apart from the pod, and empties nothing that a container wrote", () => {
  const folders = write(
    { name: "data", persistentVolumeClaim: { claimName: "data-0" } },
    { name: "scratch", emptyDir: {} },
  );
  expect(folders.get("data")).toBe(join(folder, "claims", "gateway", "data-0"));
  expect(existsSync(folders.get("scratch")!)).toBe(true);
});

it("waits for what is not there, unless it may be absent", () => {
  expect(() => write({ name: "certs", secret: { secretName: "none" } })).toThrow(Missing);
  expect(() => write({ name: "config", configMap: { name: "none" } })).toThrow("ConfigMap none");
  expect(readdirSync(write({ name: "certs", secret: { secretName: "none", optional: true } }).get("certs")!)).toEqual(
    [],
  );
});

it("gives a pod the token of its account beside what it needs for it, as the API server asks, and another when there is one", () => {
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
    { configMap: { name: "settings", items: [{ key: "a.yaml", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
  ];
  const at = write({ name: "access", projected: { sources } }).get("access")!;
  const text = (file: string) => readFileSync(join(at, file), "utf8");
  expect(["token", "ca.crt", "namespace"].map(text)).toEqual(["token", "a: 1", "gateway"]);
  tokens = { "account 3607 undefined": "another" };
  write({ name: "access", projected: { sources } });
  expect(text("token")).toBe("another");
  tokens = {};
  expect(() => write({ name: "access", projected: { sources } })).toThrow("a token of its account account");
});
