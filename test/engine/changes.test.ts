import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDocument, type YAMLMap } from "yaml";
import { addonVersions } from "../../catalogue/index.ts";
import { Checkout, objectsIn } from "./checkout.ts";

// Changing a country that runs, on the real engine: only what must change changes, nothing is replaced, and data is deleted
// only after a second word. Each change starts from the country as it was declared and is taken back afterwards.

const checkout = new Checkout();
const countryFile = join(checkout.folder, "stacks/Pulumi.ch.yaml");
const declared = smaller(readFileSync(countryFile, "utf8"));
let kubeconfig: string;

/** The country without what is never changed here, and what every update would ask of the API server all the same. */
function smaller(text: string): string {
  const document = parseDocument(text);
  const country = document.get("config") as YAMLMap;
  for (const name of ["kanton", "spital", "bank", "hochschule"]) country.deleteIn(["freehold:tenants", name]);
  for (const name of ["embeddings", "apertus-8b"]) country.deleteIn(["freehold:models", name]);
  country.deleteIn(["freehold:pools", "bench"]);
  country.setIn(["freehold:tenants", "gemeinden", "models"], document.createNode(["apertus-70b"]));
  return document.toString();
}

type KeyData = Record<string, string>;
type Update = { ok: boolean; said: string; changed: string[]; changes: Record<string, number> };

async function rehearse(): Promise<Update> {
  const ran = await checkout.freehold(["rehearse", "ch", "--provider=rehearsal", "--json"]);
  if (ran.code !== 0) return { ok: false, said: ran.stderr, changed: [], changes: {} };
  const { changed, changes } = JSON.parse(ran.stdout) as Update;
  return { ok: true, said: "", changed, changes };
}

/** The declared country with sections set anew: by path below `freehold:`, and undefined takes one out. */
function declare(values: Record<string, unknown>): void {
  const document = parseDocument(declared);
  for (const [path, value] of Object.entries(values)) {
    const [section, ...rest] = path.split(".");
    const at = ["config", `freehold:${section}`, ...rest];
    if (value === undefined) document.deleteIn(at);
    else document.setIn(at, document.createNode(value));
  }
  writeFileSync(countryFile, document.toString());
}

/** What an update did, by sign and resource: `~ Secret tenant-keys`. */
const kindsAndNames = ({ changed }: Update) =>
  changed
    .map((line) => line.replace(/ \S+:(\w+) /, " $1 "))
    .filter((line) => !/ (Freehold|Gateway|Model|Pool|Workspace|Queues) /.test(line))
    .sort();

/** Declares a change, carries it out, and takes it back: what each way did. */
async function there(values: Record<string, unknown>): Promise<{ change: string[]; back: string[] }> {
  declare(values);
  const forward = await rehearse();
  expect(forward.said).toBe("");
  writeFileSync(countryFile, declared);
  const back = await rehearse();
  expect(back.said).toBe("");
  for (const update of [forward, back]) expect(Object.keys(update.changes)).not.toContain("replace");
  return { change: kindsAndNames(forward), back: kindsAndNames(back) };
}

beforeAll(async () => {
  writeFileSync(countryFile, declared);
  const first = await rehearse();
  expect(first.said).toBe("");
  const env = await checkout.shell('eval "$(npx --no-install freehold rehearse ch --env)"; echo "$KUBECONFIG"');
  kubeconfig = env.stdout.trim();
});
afterAll(() => checkout.remove());

describe("a running country", () => {
  it("adds a tenant and takes it away by changing the objects it shares with others, and no add-on by its upgrade", async () => {
    const { change, back } = await there({
      "tenants.verein": { models: ["apertus-70b"] },
      // What a chart makes is not in a rehearsal, so here an upgrade has to leave everything as it was.
      "addons.lws": { version: addonVersions("lws")[1] },
    });
    const shared = [
      expect.stringMatching(/^~ BackendTrafficPolicy /),
      expect.stringMatching(/^~ ConfigMap /),
      expect.stringMatching(/^~ HTTPRoute /),
      // Its limits, for boards and alerts.
      expect.stringMatching(/^~ PrometheusRule /),
      expect.stringMatching(/^~ Secret /),
      expect.stringMatching(/^~ SecurityPolicy /),
    ];
    expect(change).toEqual(shared);
    expect(back).toEqual(shared);
  });

  it("issues and rotates keys by one Secret, takes out of it what ends, and writes no value down anywhere else", async () => {
    const held = async () => {
      const secret = (await objectsIn(kubeconfig))["Secret freehold-gateway/tenant-keys"] as { data: KeyData };
      return Object.fromEntries(Object.entries(secret.data).filter(([id]) => id.startsWith("gemeinden")));
    };
    const before = await held();
    const keys = (...words: string[]) => checkout.freehold(["keys", words[0]!, "ch", "gemeinden", ...words.slice(1)]);
    expect([(await keys("rotate")).code, (await keys("issue", "ci")).code]).toEqual([0, 0]);
    const issued = await rehearse();
    expect([issued.said, kindsAndNames(issued)]).toEqual(["", [expect.stringMatching(/^~ Secret /)]]);
    const during = await held();
    const [, , old = ""] = Object.keys(during).sort();
    expect(Object.keys(during).sort()).toEqual(["gemeinden", "gemeinden.ci", old]);
    expect([/^gemeinden\.default\.\d{10}$/.test(old), during[old]]).toEqual([true, before.gemeinden]);
    expect(new Set(Object.values(during)).size).toBe(3);

    const { value, from } = JSON.parse((await keys("show", "ci", "--json")).stdout) as { value: string; from: string };
    expect([from, Buffer.from(value).toString("base64")]).toEqual(["the rehearsal of ch", during["gemeinden.ci"]]);
    const texts = Object.values(during).flatMap((data) => [data, Buffer.from(data, "base64").toString()]);
    const written = readdirSync(dirname(kubeconfig), { recursive: true, encoding: "utf8" })
      .filter((path) => !/^(cluster|engine|pulumi\/(plugins|versions))\//.test(path))
      .filter((path) => statSync(join(dirname(kubeconfig), path)).isFile());
    expect(written.some((path) => path.startsWith("state/"))).toBe(true);
    const leaks = written.filter((path) => {
      const whole = readFileSync(join(dirname(kubeconfig), path), "latin1");
      return texts.some((text) => whole.includes(text));
    });
    expect(leaks).toEqual([]);

    writeFileSync(countryFile, declared);
    expect((await rehearse()).said).toBe("");
    expect(await held()).toEqual(before);
  });

  it("adds a model and takes it away, and leaves every other model alone", async () => {
    const { change } = await there({
      "models.salamandra": { model: "BSC-LT/salamandra-7b-instruct", pool: "slices", contextTokens: 8192 },
      "tenants.gemeinden.models": ["apertus-70b", "salamandra"],
    });
    expect(change.filter((line) => /(Deployment|LeaderWorkerSet) /.test(line))).toEqual(["+ Deployment salamandra"]);
  });

  it("keeps stored data until the file has said it twice", async () => {
    const before = Object.keys(await objectsIn(kubeconfig)).sort();
    // Budgets are kept by the records.
    const unbudgeted = { "tenants.gemeinden.budget": undefined };
    // Once is not enough: what is protected stays, and the engine says so before it deletes anything of it.
    declare({ storage: undefined, "models.mistral-large": undefined, ...unbudgeted });
    const once = await rehearse();
    expect(once.ok).toBe(false);
    expect(once.said).toMatch(/protect/);
    const stateful = (names: string[]) => names.filter((name) => /^(Cluster|CephCluster|CephObjectStore) /.test(name));
    expect(stateful(Object.keys(await objectsIn(kubeconfig)).sort())).toEqual(stateful(before));
    expect(stateful(before).length).toBeGreaterThanOrEqual(3);

    declare({ erase: ["storage"] });
    expect((await rehearse()).said).toBe("");
    declare({ erase: ["storage"], storage: undefined, "models.mistral-large": undefined, ...unbudgeted });
    expect((await rehearse()).said).toBe("");
    expect(stateful(Object.keys(await objectsIn(kubeconfig)))).toEqual([]);

    writeFileSync(countryFile, declared);
    expect((await rehearse()).said).toBe("");
    expect(Object.keys(await objectsIn(kubeconfig)).sort()).toEqual(before);
  });
});
