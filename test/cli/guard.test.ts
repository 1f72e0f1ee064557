import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { guardCommand } from "../../cli/guard.ts";
import { evidenceShape } from "../../policies/evidence/shape.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/guard/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "freehold-guard-"));
const here = { country: "DE" };
const secretOf = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("FREEHOLD_")) vi.stubEnv(name, undefined);
  vi.stubEnv("FREEHOLD_HOSTS", "*.example.de");
  vi.stubEnv("FREEHOLD_REGISTRIES", "registry.example.de");
});

afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command and returns what it wrote, and the code it would end with. */
async function guard(options: Parameters<typeof guardCommand>[1], at?: string) {
  const written = { stdout: "", stderr: "" };
  process.exitCode = undefined;
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += text;
      return true;
    }),
  );
  try {
    await guardCommand(at, options);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { ...written, code: process.exitCode ?? 0 };
}

const evidence = async (options: Parameters<typeof guardCommand>[1]) => {
  const { stdout, stderr } = await guard({ ...here, ...options, json: true });
  const { success, data } = evidenceShape.safeParse(stdout ? JSON.parse(stdout) : undefined);
  if (!success) throw new Error(stderr);
  return data;
};

function state(resources: object[]): string {
  const file = join(folder, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
  return file;
}

const provider = {
  urn: "urn:pulumi:prod::shop::pulumi:providers:kubernetes::here",
  type: "pulumi:providers:kubernetes",
  custom: true,
  inputs: {
    kubeconfig:
      "clusters: [{ name: a, cluster: { server: https://api.example.de } }]\ncontexts: [{ name: a, context: { cluster: a } }]\ncurrent-context: a\n",
  } as object,
};
const config = (data: object, more: object = {}) => ({
  urn: "urn:pulumi:prod::shop::kubernetes:core/v1:ConfigMap::settings",
  type: "kubernetes:core/v1:ConfigMap",
  custom: true,
  provider: `${provider.urn}::1`,
  inputs: { metadata: { name: "settings" }, data },
  outputs: { metadata: { name: "settings" }, data },
  ...more,
});

describe("what it says", () => {
  it("names what is broken by rule and law, with resource, path, value, remedy and line; then what was judged and what to do", async () => {
    const { stdout, code } = await guard({ ...here, state: fixture("state.json") });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^1 finding breaks residency in Germany\.\n\ndata-stays-here {2}1 broken\n {2}law +GDPR Art\. 44/,
    );
    expect(stdout).toContain('aws:s3/bucket:Bucket "archive"\n    found    region: us-east-1 (US)\n');
    expect(stdout).toContain("    remedy   Choose a place in DE.\n    where    index.ts:12\n");
    expect(stdout).toMatch(/judged +\S+state\.json, a stack export: 4 resources\n/);
    expect(stdout).toMatch(/declared +FREEHOLD_COUNTRY: DE\n +FREEHOLD_HOSTS: \*\.example\.de\n/);
    expect(stdout).toMatch(/Next\n/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(stdout).not.toMatch(/\u001b/);
  });

  it("points into manifests, by file and line of the property", async () => {
    const { findings, subject } = await evidence({ manifests: fixture("manifests") });
    expect(findings.map(({ name, path, file, line }) => [name, path, file?.split("/").at(-1), line])).toEqual([
      ["shop/web", "spec.template.spec.containers[0].env[0].value", "shop.yaml", 26],
      ["shop/out", "spec.externalName", "list.json", 15],
    ]);
    expect([subject.kind, subject.resources]).toEqual(["manifests", 5]);
  });

  it("names the files of a folder that it did not read", async () => {
    const mixed = mkdtempSync(join(folder, "mixed-"));
    const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    for (const name of ["a.yaml", "b.txt", "c.yamlx"]) writeFileSync(join(mixed, name), map);
    const { code, stderr } = await guard({ ...here, manifests: mixed });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Not read, .*: 2 files, .*b\.txt, .*c\.yamlx$/m);
  });

  it("says the same of the same twice, but for the time", async () => {
    const [one, two] = [
      await evidence({ state: fixture("state.json") }),
      await evidence({ state: fixture("state.json") }),
    ];
    expect({ ...one, at: "" }).toEqual({ ...two, at: "" });
  });

  it("writes evidence, SARIF and a page, and tells what changed since", async () => {
    const files = { evidence: join(folder, "e.json"), sarif: join(folder, "e.sarif"), report: join(folder, "e.html") };
    await guard({ ...here, ...files, state: fixture("state.json") });
    for (const file of Object.values(files)) expect(readFileSync(file, "utf8")).toContain("us-east-1");
    const mended = join(folder, "mended.json");
    writeFileSync(mended, readFileSync(fixture("state.json"), "utf8").replaceAll("us-east-1", "eu-central-1"));
    const { stdout, code } = await guard({ ...here, state: mended, previous: files.evidence });
    expect(stdout).toMatch(/gone +data-stays-here {2}archive {2}region/);
    expect(code).toBe(0);
  });
});

describe("how it ends", () => {
  it.each([
    ["held", [provider, config({ api: "https://api.example.de" })], 0],
    ["broken", [provider, config({ api: "https://api.vendor.com" })], 1],
    ["a resource that was only read", [provider, config({}, { external: true })], 1],
    ["an encrypted value", [provider, config({ api: { ...secretOf(1), plaintext: undefined, ciphertext: "AA" } })], 1],
    [
      "a package that nobody described",
      [provider, { urn: "urn:pulumi:a::b::unheard:of:It::x", type: "unheard:of:It", custom: true }],
      1,
    ],
  ] as const)("%s", async (_, resources, code) => {
    const ended = await guard({ ...here, state: state([...resources]) });
    expect(ended.code, ended.stdout).toBe(code);
  });

  it("calls an encrypted value undecidable, once, and says how to open it", async () => {
    const sealed = { ...secretOf(1), plaintext: undefined, ciphertext: "AA" };
    const { findings } = await evidence({ state: state([provider, config({ api: sealed })]) });
    expect(findings).toMatchObject([
      {
        rule: "nothing-hidden",
        verdict: "undecidable",
        path: "data.api",
        remedy: expect.stringContaining("--show-secrets"),
      },
    ]);
  });

  it.each([
    ["no jurisdiction", { state: fixture("state.json") }, "no jurisdiction is declared"],
    ["a country that is none", { state: fixture("state.json"), country: "XX" }, "XX"],
    ["two things at once", { ...here, state: "a", manifests: "b" }, "--state and --manifests"],
    ["a file that is not there", { ...here, state: join(folder, "none") }, "nothing there"],
    ["a folder for a state", { ...here, state: fixture("manifests") }, "found    a folder"],
    ["a folder without a program", { ...here }, "no Pulumi.yaml"],
    [
      "an earlier report that is none",
      { ...here, state: fixture("state.json"), previous: fixture("state.json") },
      "no evidence",
    ],
  ] as const)("with 2 for %s, and judges nothing", async (_, options, said) => {
    const { code, stdout, stderr } = await guard(options, folder);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(said);
  });
});

// No word of it may be left in anything that is printed or written.
const planted = "Zx81PlantedByTheTest";

describe("a secret", () => {
  const url = `https://user:${planted}@api.vendor.com/${planted}?key=${planted}`;
  const kubeconfig = `clusters: [{ name: a, cluster: { server: "https://api.vendor.com" } }]\ncontexts: [{ name: a, context: { cluster: a } }]\ncurrent-context: a\nusers: [{ name: a, user: { token: ${planted} } }]\n`;
  const places: [string, object[]][] = [
    ["an input", [provider, config({ a: secretOf(url), b: secretOf({ region: planted, image: planted }) })]],
    ["an output", [provider, config({}, { outputs: { status: secretOf(url), region: secretOf(planted) } })]],
    ["a provider's configuration", [{ ...provider, inputs: { kubeconfig: secretOf(kubeconfig) } }, config({})]],
    ["a URL that nobody marked", [provider, config({ a: url, b: `postgres://u:${planted}@db.vendor.com/x` })]],
    ["a host of its own", [provider, config({ "upstream-url": secretOf(`https://${planted}.vendor.com`) })]],
    [
      "what stays encrypted",
      [provider, config({ a: { ...secretOf(planted), plaintext: undefined, ciphertext: planted } })],
    ],
    [
      "a Kubernetes Secret",
      [
        provider,
        {
          ...config({}),
          type: "kubernetes:core/v1:Secret",
          inputs: { kind: "Secret", stringData: { url }, data: { a: Buffer.from(url).toString("base64") } },
        },
      ],
    ],
    [
      "another package",
      [
        {
          ...provider,
          urn: "urn:pulumi:prod::shop::pulumi:providers:aws::x",
          type: "pulumi:providers:aws",
          inputs: { region: "us-east-1", secretKey: secretOf(planted), token: secretOf(planted) },
        },
      ],
    ],
  ];

  it.each(places)("in %s is in nothing that is printed or written, though it is judged", async (_, resources) => {
    const files = { evidence: join(folder, "s.json"), sarif: join(folder, "s.sarif"), report: join(folder, "s.html") };
    const file = state(resources);
    const said = await guard({ ...here, state: file, ...files });
    const json = await guard({ ...here, state: file, json: true });
    const all = [
      said.stdout,
      said.stderr,
      json.stdout,
      ...Object.values(files).map((path) => readFileSync(path, "utf8")),
    ];
    for (const text of all) expect(text.toLowerCase()).not.toContain(planted.toLowerCase());
  });
});
