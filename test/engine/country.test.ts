import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderChoice } from "../../rehearsal/home.ts";
import { processesUnder } from "../../rehearsal/processes.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { Checkout, objectsIn, type Ran } from "./checkout.ts";

const { found } = await inspect();
const provider: ProviderChoice = found.kubernetesProvider ? "official" : "rehearsal";
/** What the provider made of the country. */
let made: Record<string, unknown>;

/** Where a rehearsal of this checkout stands. */
async function folderOf(checkout: Checkout): Promise<string> {
  const env = await checkout.shell('eval "$(npx --no-install freehold rehearse ch --env)"; echo "$FREEHOLD_REHEARSAL"');
  return env.stdout.trim();
}

describe(`the example country on the ${provider} provider`, () => {
  const checkout = new Checkout();
  const countryFile = join(checkout.folder, "stacks/Pulumi.ch.yaml");
  const declared = readFileSync(countryFile, "utf8");
  let folder: string;
  let kubeconfig: string;

  const rehearse = (...args: string[]) =>
    checkout.freehold(["rehearse", "ch", `--provider=${provider}`, "--json", ...args]);
  const summaryOf = (ran: Ran) => {
    expect(ran.code, ran.stderr).toBe(0);
    return JSON.parse(ran.stdout);
  };

  beforeAll(async () => {
    summaryOf(await rehearse());
    folder = await folderOf(checkout);
    kubeconfig = join(folder, "kubeconfig");
    made = await objectsIn(kubeconfig);
    expect(Object.keys(made).length).toBeGreaterThanOrEqual(200);
  });
  afterAll(() => checkout.remove());

  it("has at least 250 resources, every one judged, and pods that run on the declared GPUs", async () => {
    const state = JSON.parse((await checkout.pulumi("stack export -s ch")).stdout);
    expect(state.deployment.resources.length).toBeGreaterThanOrEqual(250);
    const { items } = await core(kubeconfig).listNamespacedPod({ namespace: "freehold-models" });
    expect(items.length).toBeGreaterThan(0);
    for (const pod of items)
      expect([pod.status?.phase, pod.spec?.nodeName]).toEqual(["Running", expect.stringMatching(/^(h200|slices)-/)]);
  });

  it("changes nothing the second time, and says so", async () => {
    const summary = summaryOf(await rehearse());
    expect(Object.keys(summary.changes)).toEqual(["same"]);
    expect(summary.changed).toEqual([]);
    expect(summary.guards.verdicts.broken ?? 0).toBe(0);
  });

  it("is unchanged for plain pulumi as typed, which leaves the country file byte for byte as it was", async () => {
    const preview = await checkout.pulumi("preview -s ch --policy-pack policies");
    expect(preview.code, preview.stdout + preview.stderr).toBe(0);
    expect(preview.stdout).toMatch(/\d+ unchanged/);
    expect(readFileSync(countryFile, "utf8")).toBe(declared);
  });

  it("refuses pulumi commands that would write the country file", async () => {
    const rename = await checkout.pulumi("stack rename other");
    expect(rename.code).toBe(1);
    expect(rename.stderr).toContain("would change the country file");
  });

  it("scales a pool by its new nodes and what counts its GPUs, and names them", async () => {
    const expected = (sign: string) => [
      `${sign} kubernetes:core/v1:NodePatch h200-05`,
      `${sign} kubernetes:core/v1:NodePatch h200-06`,
      "~ kubernetes:core/v1:ResourceQuota models-quota",
      "~ kubernetes:monitoring.coreos.com/v1:PrometheusRule monitoring-freehold",
    ];
    writeFileSync(countryFile, declared.replace(/nodes: 4\b/, "nodes: 6"));
    const there = summaryOf(await rehearse());
    writeFileSync(countryFile, declared);
    const back = summaryOf(await rehearse());
    expect(there.changes).toMatchObject({ create: 2 });
    expect(back.changes).toMatchObject({ delete: 2 });
    for (const { changes } of [there, back]) expect(Object.keys(changes)).not.toContain("replace");
    expect(there.changed.filter(isObject).sort()).toEqual(expected("+"));
    expect(back.changed.filter(isObject).sort()).toEqual(expected("-"));
  });

  // The program refuses it, before any provider is asked.
  it.runIf(provider === "rehearsal")(
    "refuses a pool with fewer GPUs than declared, before anything is made",
    async () => {
      const before = await objectsIn(kubeconfig);
      for (const name of ["h200-04", "h200-05", "h200-06"])
        await core(kubeconfig)
          .deleteNode({ name })
          .catch(() => undefined);
      const preview = await checkout.pulumi("up -s ch --yes --policy-pack policies");
      expect(preview.code).not.toBe(0);
      const said = preview.stdout + preview.stderr;
      expect(said).toContain("freehold:pools.h200.nodes");
      expect(said).toContain("3 free nodes");
      expect(said).not.toMatch(/^\s+at .*\(/m);
      expect(Object.keys(await objectsIn(kubeconfig)).sort()).toEqual(Object.keys(before).sort());
      // The hall is furnished anew, and the country stands again.
      summaryOf(await rehearse());
    },
  );

  it("has admission that says no to what bypasses Pulumi", async () => {
    const pod = (image: string, hostNetwork = false) =>
      core(kubeconfig).createNamespacedPod({
        namespace: "freehold-gateway",
        dryRun: "All",
        body: {
          metadata: { name: "stranger" },
          spec: {
            hostNetwork,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "stranger",
                image,
                resources: { limits: { memory: "64Mi" }, requests: { cpu: "10m", memory: "64Mi" } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, runAsUser: 1000 },
              },
            ],
          },
        },
      });
    const registry = /registry: (\S+)/.exec(declared)?.[1] ?? "registry.alpen-ai.example";
    await expect(pod("docker.io/library/nginx:1")).rejects.toThrow(/Images come from/);
    await expect(pod(`${registry}.evil.example/nginx:1`)).rejects.toThrow(/Images come from/);
    await expect(pod(`${registry}/nginx:1`)).resolves.toBeDefined();
  });

  it("is no rehearsal on any other cluster: there, state that is not where the country says is refused", async () => {
    const label = (value: string | null) =>
      core(kubeconfig).patchNamespace({
        name: "kube-system",
        body: [{ op: value ? "add" : "remove", path: "/metadata/labels/freehold.dev~1rehearsal", value }],
      });
    await label(null);
    const preview = await checkout.pulumi("preview -s ch");
    await label("true");
    const said = preview.stdout + preview.stderr;
    expect(preview.code).not.toBe(0);
    expect(said).toContain("freehold:state.backend");
    expect(said).toMatch(/in use: file:/);
  });

  it("comes down with plain pulumi after a second word, and leaves the country file byte for byte as it was", async () => {
    // What holds data is protected, until the file says that it may go.
    const kept = await checkout.pulumi("destroy -s ch --yes");
    expect(kept.code).not.toBe(0);
    expect(kept.stdout + kept.stderr).toContain("protected");
    expect(Object.keys(await objectsIn(kubeconfig)).sort()).toEqual(Object.keys(made).sort());
    const erasing = `${declared}  freehold:erase: [everything]\n`;
    writeFileSync(countryFile, erasing);
    for (const command of ["up --policy-pack policies", "destroy"]) {
      const ran = await checkout.pulumi(`${command} -s ch --yes`);
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    }
    expect(readFileSync(countryFile, "utf8")).toBe(erasing);
    expect(await objectsIn(kubeconfig)).toEqual({});
    writeFileSync(countryFile, declared);
  });

  it("leaves no process, no cluster and no file when it is taken down", async () => {
    summaryOf(await checkout.freehold(["rehearse", "ch", "--down", "--json"]));
    expect(existsSync(folder)).toBe(false);
    expect(processesUnder(folder)).toEqual([]);
    const gone = await checkout.freehold(["rehearse", "ch", "--env"]);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("remedy");
  });
});

it.skipIf(provider === "rehearsal")(
  "is made of equal objects by the provider that a rehearsal has of itself",
  async () => {
    const checkout = new Checkout();
    try {
      const { code, stderr } = await checkout.freehold(["rehearse", "ch", "--provider=rehearsal"]);
      expect(code, stderr).toBe(0);
      // Each rehearsal has a key seed of its own, so that keys differ and all else must not.
      const own = await objectsIn(join(await folderOf(checkout), "kubeconfig"));
      expect(withoutKeys(own)).toEqual(withoutKeys(made));
    } finally {
      await checkout.remove();
    }
  },
);

/** Whether a line is of an object in the cluster, and of no component that made it. */
function isObject(line: string): boolean {
  return !/ freehold:/.test(line);
}

function withoutKeys(objects: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(objects).map(([name, object]) => {
      const { data, ...rest } = object as { data?: Record<string, string> };
      if (!name.startsWith("Secret ")) return [name, object];
      const lengths = Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").length]);
      return [name, { ...rest, data: Object.fromEntries(lengths) }];
    }),
  );
}

function core(kubeconfig: string): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.makeApiClient(CoreV1Api);
}
