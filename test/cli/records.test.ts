import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { forwarded } from "../../cli/records/forward.ts";
import { ApiServer, status } from "../rehearsal/kubernetes-provider/api-server.ts";

// No API server here has a kubelet behind it, so nothing comes through the port that is forwarded.

const folder = mkdtempSync(join(tmpdir(), "freehold-records-"));
afterAll(() => rmSync(folder, { recursive: true }));
const servers: ApiServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  vi.unstubAllEnvs();
});

const root = "/api/v1/namespaces/freehold-storage";
const secret = (data: Record<string, string>) => ({
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
});
const routes = {
  [`GET ${root}/pods`]: { items: [{ metadata: { name: "records-2" } }] },
  [`GET ${root}/secrets/records-reader`]: secret({ username: "reader", password: "letters" }),
  [`GET ${root}/secrets/records-tls`]: secret({ "ca.crt": "PEM" }),
};

async function asked(changes: ConstructorParameters<typeof ApiServer>[0] = {}, context = "hall") {
  const server = new ApiServer({ ...routes, ...changes });
  servers.push(server);
  const content = {
    contexts: [{ name: "hall", context: { cluster: "hall", user: "operator" } }],
    clusters: [
      {
        name: "hall",
        cluster: { server: (await server.connection()).server.origin, "insecure-skip-tls-verify": true },
      },
    ],
    users: [{ name: "operator", user: { token: "secret" } }],
  };
  writeFileSync(join(folder, "config"), JSON.stringify(content));
  vi.stubEnv("KUBECONFIG", join(folder, "config"));
  const records = { kind: "cloudnative-pg" } as Parameters<typeof forwarded>[2];
  return { server, forwarded: forwarded("ch", context, records) };
}

describe("the records of a cluster", () => {
  it("are reached as the role that reads alone, at the instance that writes, under the name in its certificate", async () => {
    const { server, forwarded } = await asked();
    const { port, close, ...who } = await forwarded;
    expect(who).toEqual({
      host: "records-rw.freehold-storage.svc",
      ca: "PEM",
      user: "reader",
      password: "letters",
      database: "records",
    });
    expect(server.requests).toContain(
      `GET ${root}/pods?labelSelector=cnpg.io%2Fcluster%3Drecords%2Ccnpg.io%2FinstanceRole%3Dprimary`,
    );
    // Behind this server is no instance: who comes is let go, and not left waiting.
    await new Promise((resolve) =>
      connect(port, "127.0.0.1")
        .on("error", () => {})
        .on("close", resolve),
    );
    close();
  });

  it.each<[string, ConstructorParameters<typeof ApiServer>[0], string]>([
    [
      "Secrets may not be read",
      {
        [`GET ${root}/secrets/records-reader`]: () => ({
          code: 403,
          body: status(403, "Forbidden", "operator may not get secrets"),
        }),
      },
      "403: operator may not get secrets",
    ],
    ["nothing writes", { [`GET ${root}/pods`]: { items: [] } }, "no instance of records that writes"],
    [
      "there is no such role yet",
      {
        [`GET ${root}/secrets/records-reader`]: () => ({
          code: 404,
          body: status(404, "NotFound", 'secrets "records-reader" not found'),
        }),
      },
      '404: secrets "records-reader" not found',
    ],
  ])("are not, where %s, and it is said what to look at", async (_, changes, found) => {
    const refused = await (await asked(changes)).forwarded.catch((error) => error.message);
    expect(refused).toContain(`  found    ${found}\n`);
    expect(refused).toContain("  remedy   kubectl --context hall -n freehold-storage get cluster,pods,secrets");
  });

  it("are not, where the kubeconfig knows no such context", async () => {
    await expect((await asked({}, "elsewhere")).forwarded).rejects.toThrow("the kubeconfig has no context elsewhere");
  });
});
