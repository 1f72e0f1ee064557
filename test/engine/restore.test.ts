import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Country, parseCountry } from "../../components/country.ts";
import { furnishHall } from "../../rehearsal/hall.ts";
import { type Home, projectFolder } from "../../rehearsal/home.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { Workspace } from "./workspace.ts";

// A country's storage on the real engine and a real API server: made, lost with its cluster, and made again from a backup.
// What this proves is the order in which things are made, what they refer to, and that data is not deleted without its
// word. Controllers do not run here: no backup is taken, and none is read.

const { found } = await inspect();
const provider = found.kubernetesProvider ? "official" : "rehearsal";

const basics = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "test", place: "CH" },
  state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {} },
};
const storage = {
  keys: { kind: "vault", address: "https://vault.alpen-ai.example:8200" },
  objects: { kind: "ceph", nodes: { disks: "true" } },
};
const restored = { ...storage, records: { kind: "cloudnative-pg", restoreFrom: { serverName: "records" } } };

// Another hall: other keys, and disks as volumes.
const elsewhere = {
  ...restored,
  keys: { kind: "kmip", address: "hsm.alpen-ai.example:5696" },
  objects: { ...storage.objects, claims: { class: "local-block", count: 6, volumeGiB: 3500 } },
};

const countryWith = (changes: object) => parseCountry({ ...basics, ...changes });

/** The program: the platform, and what stands on it of storage, from the country in a file beside it. */
const program = `
import { readFileSync } from "node:fs";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { Platform } from ${JSON.stringify(join(projectFolder, "components/platform.ts"))};
import { Storage } from ${JSON.stringify(join(projectFolder, "components/storage.ts"))};

const country = JSON.parse(readFileSync("country.json", "utf8"));
const provider = new Provider("cluster", { context: "test" });
const platform = new Platform("platform", country, { provider });
if (country.storage) {
  new Storage(
    "storage",
    {
      ...country.storage,
      ...country,
      namespace: platform.storage,
      modelsNamespace: platform.models,
      gatewayNamespace: platform.gateway,
      passwords: { recorder: "0123456789abcdef", reader: "fedcba9876543210", budgets: "abcdef0123456789" },
      monitoring: false,
    },
    { provider, dependsOn: platform },
  );
}
`;

/** Add-ons that storage is made of. The hall has them already: what is tried here is what stands on them. */
const addons = ["cert-manager", "rook-ceph", "cloudnative-pg", "barman-cloud"];

/** A hall in which nothing stands but the add-ons' definitions, and a stack of its own that was never there before. */
async function freshHall(country: Country) {
  const cluster = await startCluster();
  const existing = addons.map((id) => [id, { ...country.addons[id]!, mode: "existing" as const }]);
  const hall = { ...country, addons: Object.fromEntries(existing) };
  await furnishHall({ kubeconfig: cluster.kubeconfig } as Home, hall, cluster.toolchain.crds.path);
  await served(cluster);
  const workspace = new Workspace(cluster.toolchain, provider, { KUBECONFIG: cluster.kubeconfig });
  workspace.program(program);
  await workspace.must("stack init test");
  return { cluster, workspace };
}

/** Waits until the API server serves every kind that was just defined. */
async function served(cluster: TestCluster) {
  const isServed = ({ status }: Definition) =>
    status?.conditions?.some(({ type, status }) => type === "Established" && status === "True");
  for (;;) {
    const { body } = await cluster.call("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
    if (body.items.length > 0 && body.items.every(isServed)) return;
    await sleep(100);
  }
}

type Definition = { status?: { conditions?: { type: string; status: string }[] } };

/** When each resource of the last update began and ended to be made, counted in the engine's own events, by URN. */
function eventsOf(workspace: Workspace) {
  const began = new Map<string, number>();
  const ended = new Map<string, number>();
  const events = readFileSync(join(workspace.folder, "events"), "utf8").split("\n").filter(Boolean);
  for (const [index, line] of events.entries()) {
    const { resourcePreEvent, resOutputsEvent } = JSON.parse(line);
    if (resourcePreEvent) began.set(resourcePreEvent.metadata.urn, index);
    if (resOutputsEvent) ended.set(resOutputsEvent.metadata.urn, index);
  }
  return { began, ended };
}

type Made = { urn: string; dependencies?: string[]; protect?: boolean; outputs: { kind?: string } };

/** Name under which the first database writes its backups. */
const standing = "records";
const database = (name: string) => `/apis/postgresql.cnpg.io/v1/namespaces/freehold-storage/clusters/${name}`;

describe("a country's storage", () => {
  let cluster: TestCluster;
  let workspace: Workspace;

  const up = (changes: object, ...options: string[]) => {
    workspace.write("country.json", JSON.stringify(countryWith(changes)));
    return workspace.pulumi(["up --yes", ...options].join(" "));
  };
  const must = async (changes: object) => {
    const { code, output } = await up(changes, "--skip-preview");
    expect(code, output).toBe(0);
  };
  const names = async () => {
    const { body } = await cluster.call("GET", "/apis/postgresql.cnpg.io/v1/namespaces/freehold-storage/clusters");
    return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  };
  const begin = async (changes: object) => {
    ({ cluster, workspace } = await freshHall(countryWith(changes)));
    await must(changes);
  };
  const end = async () => {
    workspace?.remove();
    await cluster?.stop();
  };

  describe("before it was lost", () => {
    beforeAll(() => begin({ storage }));
    afterAll(end);

    it("stands whole, accepted by the API server, with a database that writes under its own name", async () => {
      const { body } = await cluster.call("GET", database(standing));
      expect(body.spec.plugins[0].parameters.serverName).toBe(standing);
      expect(body.spec.bootstrap.initdb.database).toBe("records");
      expect(body.spec.externalClusters).toBeUndefined();
    });

    it("keeps databases, Ceph and buckets under protection, and nothing else", async () => {
      const resources = (await workspace.resources()) as Made[];
      const kinds = resources.filter(({ protect }) => protect).map(({ outputs }) => outputs.kind);
      expect([...new Set(kinds)].sort()).toEqual([
        "CephBlockPool",
        "CephCluster",
        "CephObjectStore",
        "Cluster",
        "ObjectBucketClaim",
      ]);
    });

    it("is quiet the second time", async () => {
      await must({ storage });
      expect(workspace.steps()).toEqual([]);
    });

    it("refuses to go, or to be replaced by a restored database, until the second word is said", async () => {
      for (const changes of [{}, { storage: restored }]) {
        // As an operator does it: what the preview refuses does not begin.
        const { code, output } = await up(changes);
        expect(code).not.toBe(0);
        expect(output).toContain("protect");
        expect(await names()).toEqual(["records"]);
      }
      await must({ storage, erase: ["storage"] });
      await must({ storage: restored, erase: ["storage"] });
      expect(await names()).toEqual([expect.stringMatching(/^records-[0-9a-f]{6}$/)]);
      await must({ erase: ["storage"] });
      const { body } = await cluster.call("GET", "/apis/ceph.rook.io/v1/cephclusters");
      expect(body.items).toEqual([]);
    });
  });

  describe("made again in a fresh cluster", () => {
    let events: ReturnType<typeof eventsOf>;
    beforeAll(async () => {
      await begin({ storage: elsewhere });
      // Later commands write events of their own.
      events = eventsOf(workspace);
    });
    afterAll(end);

    it("reads the backup under the old name and writes its own under a new one", async () => {
      const [name] = await names();
      expect(name).not.toBe(standing);
      const { body } = await cluster.call("GET", database(name));
      const { source } = body.spec.bootstrap.recovery;
      const origin = body.spec.externalClusters.find((each: { name: string }) => each.name === source);
      expect(origin.plugin.parameters.serverName).toBe(standing);
      const [archive] = body.spec.plugins;
      expect(archive).toMatchObject({ isWALArchiver: true, parameters: { serverName: name } });
      // Both in the country's own store, which the same update has made.
      const store = archive.parameters.barmanObjectName;
      expect(origin.plugin.parameters.barmanObjectName).toBe(store);
      const path = `/apis/barmancloud.cnpg.io/v1/namespaces/freehold-storage/objectstores/${store}`;
      const { configuration } = (await cluster.call("GET", path)).body.spec;
      expect(configuration.endpointURL).toBe("https://rook-ceph-rgw-freehold.rook-ceph.svc");
    });

    it("has made nothing before all that it depends on was there", async () => {
      const { deployment } = JSON.parse(await workspace.must("stack export"));
      const early: string[] = [];
      let pairs = 0;
      for (const { urn, dependencies = [] } of deployment.resources as Made[]) {
        for (const dependency of dependencies) {
          const [begun, there] = [events.began.get(urn), events.ended.get(dependency)];
          if (begun === undefined || there === undefined) continue;
          pairs++;
          if (there > begun) early.push(`${urn} before ${dependency}`);
        }
      }
      expect(pairs).toBeGreaterThan(40);
      expect(early).toEqual([]);
    });

    it.each([
      [
        "namespaces, the object store, a place for backups, the database, and what keeps it",
        [
          "storage-closed",
          "CephCluster-freehold",
          "CephObjectStore-freehold",
          "bucket-backups",
          "ObjectStore-records-backups",
          "Cluster-records-24c675",
          "retention",
        ],
      ],
      [
        "keys, encrypted volumes, and the database on them",
        ["key-managers", "freehold-block", "Cluster-records-24c675"],
      ],
    ])("has made %s, in this order", (_, resources) => {
      const times = resources.map((name) => {
        // A name may be that of several kinds, of which the last counts.
        const found = [...events.ended].filter(([urn]) => urn.endsWith(`::${name}`)).map(([, time]) => time);
        expect(found, name).not.toEqual([]);
        return Math.max(...found);
      });
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    });
  });
});
