import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addon } from "../../catalogue/index.ts";
import { certManager } from "../../components/addons/cert-manager.ts";
import type { Country } from "../../components/country.ts";
import { plan } from "../../policies/program.ts";
import { call, configOf } from "../../rehearsal/api-call.ts";
import { definitionsOf } from "../../rehearsal/chart-definitions.ts";
import type { CertificateObject, IssuerObject, SecretObject } from "../../rehearsal/door/certificates/objects.ts";
import { type Issued, issueCertificates, watchCertificates } from "../../rehearsal/door/certificates.ts";
import { gatewayOf, host, objects, tenant } from "../components/gateway/planned.ts";
import { startCluster, type TestCluster } from "./cluster.ts";

type Spec = CertificateObject["spec"];

const group = "/apis/cert-manager.io/v1";
const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const { namespace: place } = addon("cert-manager");
const key = { algorithm: "ECDSA" } as const;
const freehold = { kind: "ClusterIssuer", name: "freehold" };

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster();
  // One that comes before the authority's, and one after.
  for (const name of [place, "a-team", "freehold-gateway"]) await post("/api/v1/namespaces", { metadata: { name } });
});
afterAll(() => cluster?.stop());

it("where nobody defined Certificates, there are none to make", async () => {
  expect(await issue()).toEqual([]);
});

describe("where cert-manager's kinds are defined", () => {
  beforeAll(async () => {
    const texts = definitionsOf(addon("cert-manager"), cluster.toolchain.crds.path);
    for (const { text } of texts) await post(definitions, parse(text));
    await Promise.all(["certificates", "issuers", "clusterissuers"].map(served));
  });

  it("the stack's own are made, the authority before what it signs, and clients who trust it are served", async () => {
    await post(certificatesOf("a-team"), ordered("first", { issuerRef: freehold, dnsNames: ["first.example"] }));
    const authority = await plan(() => void certManager.objects!({} as Country, place, {}));
    const gateway = await gatewayOf(["model"], { bank: tenant(["model"]) });
    for (const object of [...Object.values(objects(authority)), objects(gateway)["Certificate/ai"]]) {
      const { kind, metadata } = object;
      const inside = kind === "ClusterIssuer" ? "" : `/namespaces/${metadata.namespace}`;
      await post(`${group}${inside}/${kind.toLowerCase()}s`, object);
    }

    const issued = await issue();
    expect(issued.map(({ name, made }) => [name, made])).toEqual([
      ["freehold-root", true],
      ["first", true],
      ["ai", true],
    ]);
    const root = await secret(place, "freehold-root");
    const web = await secret("freehold-gateway", "ai-tls");
    expect(web.type).toBe("kubernetes.io/tls");
    expect(text(web, "ca.crt")).toBe(text(root, "tls.crt"));
    expect(text(web, "tls.crt").match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
    expect(await greeting(web, `acme.${host}`, web)).toBe("hello");
    expect(await greeting(web, "elsewhere.example", web)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await greeting(web, `acme.${host}`, await secret("a-team", "first"))).toBe("hello");
  });

  it("their status says so, and that of the issuers", async () => {
    const { status, metadata } = await certificate("freehold-gateway", "ai");
    const made = new X509Certificate(text(await secret("freehold-gateway", "ai-tls"), "tls.crt"));
    const day = 24 * 3600 * 1000;
    expect(status).toMatchObject({ revision: 1, notAfter: seconds(made.validToDate) });
    expect(status!.notBefore).toBe(seconds(made.validFromDate));
    expect(made.validToDate.getTime() - made.validFromDate.getTime()).toBe(90 * day);
    expect(status!.renewalTime).toBe(seconds(new Date(made.validToDate.getTime() - 30 * day)));
    expect(status!.conditions).toMatchObject([
      { type: "Ready", status: "True", reason: "Ready", observedGeneration: metadata.generation },
    ]);
    const issuers = [`${issuersOf(place)}/freehold-self-signed`, `${group}/clusterissuers/freehold`];
    const reasons = issuers.map(async (path) => (await get<IssuerObject>(path)).status!.conditions![0]!.reason);
    expect(await Promise.all(reasons)).toEqual(["IsReady", "KeyPairVerified"]);
  });

  it("once more, nothing is made and nothing written", async () => {
    const before = await versions();
    expect(await issue()).toEqual([]);
    expect(await versions()).toEqual(before);
  });

  it("other names, a lost Secret and a changed one are made again, with the next revision", async () => {
    const before = text(await secret("a-team", "first"), "tls.key");
    await merge(`${certificatesOf("a-team")}/first`, { spec: { dnsNames: ["*.first.example"] } });
    await cluster.call("DELETE", "/api/v1/namespaces/freehold-gateway/secrets/ai-tls");
    expect((await issue()).map(({ name, made }) => [name, made])).toEqual([
      ["first", true],
      ["ai", true],
    ]);
    const after = await secret("a-team", "first");
    expect(new X509Certificate(text(after, "tls.crt")).subjectAltName).toBe("DNS:*.first.example");
    expect(text(after, "tls.key")).not.toBe(before);
    expect((await certificate("a-team", "first")).status!.revision).toBe(2);

    await merge("/api/v1/namespaces/a-team/secrets/first", { data: { "tls.crt": encode("no certificate") } });
    expect((await issue()).map(({ name, made }) => [name, made])).toEqual([["first", true]]);
  });

  it("an authority whose key stays keeps it, and what it signed goes on", async () => {
    const path = `${certificatesOf(place)}/freehold-root`;
    const before = await secret(place, "freehold-root");
    await merge(path, { spec: { duration: "43800h" } });
    expect((await issue()).map(({ name }) => name)).toEqual(["freehold-root"]);
    const after = await secret(place, "freehold-root");
    expect(text(after, "tls.key")).toBe(text(before, "tls.key"));
    expect(text(after, "tls.crt")).not.toBe(text(before, "tls.crt"));
    expect(await greeting(await secret("freehold-gateway", "ai-tls"), `acme.${host}`, after)).toBe("hello");
    await merge(path, { spec: { privateKey: { size: 256 } } });
    expect(await issue()).toMatchObject([{ name: "freehold-root", made: false, reason: "CannotRegenerateKey" }]);
    await merge(path, { spec: { privateKey: { size: 384 } } });
    expect(await issue()).toEqual([]);
  });

  describe("what cannot be made says why, and is made when it can", () => {
    const path = () => `${certificatesOf("a-team")}/odd`;
    const odd = async (spec: Partial<Spec>) => {
      const { code } = await cluster.call("POST", certificatesOf("a-team"), ordered("odd", spec));
      expect(code).toBe(201);
      const issued = await issue();
      const { status } = await certificate("a-team", "odd");
      const [ready] = status!.conditions!;
      const [said] = issued;
      expect(issued).toHaveLength(1);
      expect(said).toMatchObject({ namespace: "a-team", name: "odd", secretName: "odd", made: false });
      expect(ready).toMatchObject({ type: "Ready", status: "False" });
      expect(said).toMatchObject({ reason: ready!.reason, message: ready!.message });
      // It is said once, and stays said.
      const before = await versions();
      expect(await issue()).toEqual(issued);
      expect(await versions()).toEqual(before);
      return `${ready!.reason}: ${ready!.message}`;
    };
    const gone = async (...paths: string[]) => {
      for (const one of paths) expect((await cluster.call("DELETE", one)).code).toBe(200);
    };

    it("an issuer that is not there", async () => {
      expect(await odd({ issuerRef: { name: "later" } })).toBe("IssuerNotFound: there is no Issuer later in a-team");
      await post(issuersOf("a-team"), { kind: "Issuer", metadata: { name: "later" }, spec: { selfSigned: {} } });
      expect(await issue()).toMatchObject([{ name: "odd", made: true, revision: 1 }]);
      await gone(path(), `${issuersOf("a-team")}/later`, "/api/v1/namespaces/a-team/secrets/odd");
    });

    it("an issuer of a kind that no rehearsal has", async () => {
      const vault = { path: "pki", server: "https://vault.example", auth: { tokenSecretRef: { name: "token" } } };
      await post(issuersOf("a-team"), { kind: "Issuer", metadata: { name: "vault" }, spec: { vault } });
      const why = "NotRehearsed: a rehearsal has issuers of kind ca and selfSigned, and this is one of kind vault";
      expect(await odd({ issuerRef: { name: "vault" } })).toBe(why);
      const { status } = await get<IssuerObject>(`${issuersOf("a-team")}/vault`);
      expect(status!.conditions).toMatchObject([{ type: "Ready", status: "False", reason: "NotRehearsed" }]);
      await gone(path(), `${issuersOf("a-team")}/vault`);
    });

    it("an authority that is none", async () => {
      await post(issuersOf("a-team"), {
        kind: "Issuer",
        metadata: { name: "ca" },
        spec: { ca: { secretName: "first" } },
      });
      const why = "certificate of Secret a-team/first is not a CA";
      expect(await odd({ issuerRef: { name: "ca" } })).toBe(
        `ErrInvalidKeyPair: Error getting keypair for CA issuer: ${why}`,
      );
      await gone(path());
    });

    it("an authority that waits for itself", async () => {
      await merge(`${issuersOf("a-team")}/ca`, { spec: { ca: { secretName: "odd" } } });
      const why = "there is no Secret a-team/odd";
      expect(await odd({ isCA: true, issuerRef: { name: "ca" } })).toBe(
        `ErrGetKeyPair: Error getting keypair for CA issuer: ${why}`,
      );
      await gone(path(), `${issuersOf("a-team")}/ca`);
    });

    it("a Secret of another Certificate", async () => {
      const why = "IncorrectCertificate: Secret first is that of Certificate first";
      await post(certificatesOf("a-team"), ordered("second", { issuerRef: freehold, secretName: "first" }));
      expect(await issue()).toMatchObject([{ name: "second", made: false }]);
      const [ready] = (await certificate("a-team", "second")).status!.conditions!;
      expect(`${ready!.reason}: ${ready!.message}`).toBe(why);
      await gone(`${certificatesOf("a-team")}/second`);
    });

    it("a Secret that the API server lets nobody change", async () => {
      const locked = { metadata: { name: "odd" }, immutable: true, data: { note: encode("mine") } };
      await post("/api/v1/namespaces/a-team/secrets", locked);
      expect(await odd({ issuerRef: freehold })).toContain("Refused: Secret");
      await gone(path(), "/api/v1/namespaces/a-team/secrets/odd");
    });
  });

  describe("while it is watched", { timeout: 60_000 }, () => {
    const ended = new AbortController();
    const told: Issued[] = [];
    let watching: Promise<void>;
    const until = async (path: string, holds: (status: NonNullable<CertificateObject["status"]>) => boolean) => {
      while (true) {
        const { status } = await get<CertificateObject>(path);
        if (status && holds(status)) return status;
        await sleep(50);
      }
    };

    beforeAll(() => {
      watching = watchCertificates(configOf(cluster.kubeconfig), ended.signal, (issued) => told.push(...issued));
    });

    it("a new Certificate is made, and what it lacked at first is waited for", async () => {
      const path = `${certificatesOf("a-team")}/live`;
      await post(certificatesOf("a-team"), ordered("live", { issuerRef: { name: "live" } }));
      await until(path, ({ conditions }) => conditions?.[0]?.reason === "IssuerNotFound");
      await post(issuersOf("a-team"), { kind: "Issuer", metadata: { name: "live" }, spec: { selfSigned: {} } });
      await until(path, ({ conditions }) => conditions?.[0]?.status === "True");
      // It is told when all that was due is done.
      while (told.length < 2) await sleep(50);
      expect(told.map(({ name, made }) => [name, made])).toEqual([
        ["live", false],
        ["live", true],
      ]);
    });

    it("a Secret that is lost is made again", async () => {
      const path = `${certificatesOf("freehold-gateway")}/ai`;
      const { revision } = (await certificate("freehold-gateway", "ai")).status!;
      await cluster.call("DELETE", "/api/v1/namespaces/freehold-gateway/secrets/ai-tls");
      await until(path, (status) => status.revision === revision! + 1);
      expect((await secret("freehold-gateway", "ai-tls")).type).toBe("kubernetes.io/tls");
    });

    it("one that runs out is renewed in time", async () => {
      // Two seconds after it was made.
      const short = { issuerRef: freehold, duration: "1h", renewBefore: "59m58s" };
      await post(certificatesOf("a-team"), ordered("short", short));
      const path = `${certificatesOf("a-team")}/short`;
      const first = await until(path, ({ revision }) => revision === 1);
      const second = await until(path, ({ revision }) => revision === 2);
      expect(Date.parse(second.notBefore!)).toBeGreaterThanOrEqual(Date.parse(first.renewalTime!));
      await cluster.call("DELETE", path);
    });

    it("nothing more happens once it has ended", async () => {
      ended.abort();
      await watching;
      const before = told.length;
      await cluster.call("DELETE", "/api/v1/namespaces/freehold-gateway/secrets/ai-tls");
      expect(told).toHaveLength(before);
      expect((await cluster.call("GET", "/api/v1/namespaces/freehold-gateway/secrets/ai-tls")).code).toBe(404);
    });
  });
});

const certificatesOf = (namespace: string) => `${group}/namespaces/${namespace}/certificates`;
const issuersOf = (namespace: string) => `${group}/namespaces/${namespace}/issuers`;
const seconds = (date: Date) => date.toISOString().replace(".000Z", "Z");
const encode = (plain: string) => Buffer.from(plain).toString("base64");
const text = ({ data }: SecretObject, name: string) => Buffer.from(data![name]!, "base64").toString();

function ordered(name: string, spec: Partial<Spec>): object {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name },
    spec: { secretName: name, dnsNames: [`${name}.example`], privateKey: key, ...spec },
  };
}

const issue = () => issueCertificates(configOf(cluster.kubeconfig));

async function post(path: string, object: object): Promise<void> {
  const whole = path.startsWith(group) ? { apiVersion: "cert-manager.io/v1", ...object } : object;
  const { code, body } = await cluster.call("POST", path, whole);
  if (code !== 201) throw new Error(`${path}: ${body.message}`);
}

async function merge(path: string, change: object): Promise<void> {
  const { code, body } = await cluster.call("PATCH", path, change, "application/merge-patch+json");
  if (code !== 200) throw new Error(`${path}: ${body.message}`);
}

async function get<Kind>(path: string): Promise<Kind> {
  const { code, body } = await cluster.call("GET", path);
  if (code !== 200) throw new Error(`${path}: ${body.message}`);
  return body as Kind;
}

const certificate = (namespace: string, name: string) => get<CertificateObject>(`${certificatesOf(namespace)}/${name}`);
const secret = (namespace: string, name: string) =>
  get<SecretObject>(`/api/v1/namespaces/${namespace}/secrets/${name}`);

/** Versions of everything that may be written. */
async function versions(): Promise<string[]> {
  const paths = ["/certificates", "/issuers", "/clusterissuers"].map((kind) => group + kind);
  const lists = await Promise.all([...paths, "/api/v1/secrets"].map((path) => get<{ items: SecretObject[] }>(path)));
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.resourceVersion!));
}

/** Waits until the API server serves a kind that was defined a moment ago. */
async function served(kind: string): Promise<void> {
  const asked = () => call(configOf(cluster.kubeconfig), "GET", `${group}/${kind}`, {});
  while ((await asked()).status !== 200) await sleep(50);
}

/** What a client hears from a server with this Secret, trusting the authority of that one; or why it hangs up. */
async function greeting(server: SecretObject, name: string, trusted: SecretObject): Promise<string> {
  const served = createServer({ cert: text(server, "tls.crt"), key: text(server, "tls.key") }, (socket) =>
    socket.end("hello"),
  );
  served.on("tlsClientError", () => {});
  await once(served.listen(0, "127.0.0.1"), "listening");
  const { port } = served.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", servername: name, ca: text(trusted, "ca.crt") });
  try {
    const [said] = await once(client.setEncoding("utf8"), "data");
    return said;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    client.destroy();
    served.close();
  }
}
