import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { engineSettings } from "../../policies/engine-settings.ts";
import type { Fact } from "../../policies/fact.ts";
import { describeEngine } from "../../policies/facts/engine.ts";
import { allRules } from "../../policies/rules/index.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-engine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What has to be set for the engine to call nobody by itself, on a machine where nobody has logged in.
const quiet = {
  HOME: folder,
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
};
const local = { ...quiet, PULUMI_BACKEND_URL: "file:///srv/state" };
const germany = jurisdictionOf("DE", { hosts: ["*.amt.example"], registries: ["mirror.amt.example"] });

type Files = Record<string, string>;
type Environment = Record<string, string>;
let count = 0;

/** The engine's settings for a project of its own folder. `~/` is the home of who runs it. */
function settings(files: Files, env: Environment, stack: string | undefined = "dev") {
  const project = join(folder, String(count++), "project");
  const home = join(dirname(project), "home");
  for (const [name, text] of Object.entries({ "Pulumi.yaml": "name: app\nruntime: nodejs\n", ...files })) {
    const path = name.startsWith("~/") ? join(home, name.slice(2)) : join(project, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return engineSettings({ folder: project, stack, env: { ...env, HOME: home } });
}

/** What the rules say of them that is not held, and how many facts are. */
function judged(resource: ReturnType<typeof engineSettings>) {
  const holes = (resource.holes ?? []).map((hole): Fact => ({ kind: "undecidable", ...hole }));
  const facts = [...describeEngine(resource).facts, ...holes];
  const rulings = allRules.flatMap((rule) =>
    rule.judge(facts, germany).map((ruling) => ({ rule: rule.name, ...ruling, ...ruling.fact })),
  );
  const refused = rulings.filter(({ verdict }) => verdict !== "held");
  return {
    held: rulings.length - refused.length,
    refused: refused.map(({ rule, verdict, path, found }) => `${rule} ${verdict} ${path}: ${found}`),
  };
}

describe("a backend", () => {
  it.each<[string, Files, Environment]>([
    ["a folder", {}, { PULUMI_BACKEND_URL: "file://~" }],
    ["a region of the country", {}, { PULUMI_BACKEND_URL: "s3://state?region=eu-central-1" }],
    ["a region that the environment names", {}, { PULUMI_BACKEND_URL: "s3://state", AWS_REGION: "eu-central-1" }],
    ["an endpoint of one's own", {}, { PULUMI_BACKEND_URL: "s3://state?region=us-east-1&endpoint=s3.amt.example" }],
    ["a host that is declared", { "Pulumi.yaml": "name: app\nbackend: { url: https://pulumi.amt.example }\n" }, {}],
    ["who is logged in", { "~/.pulumi/credentials.json": '{"current":"file:///srv/state"}' }, {}],
    [
      "the environment before the project",
      { "Pulumi.yaml": "name: app\nbackend: { url: s3://a?region=us-east-1 }\n" },
      local,
    ],
  ])("in the country is held: %s", (_, files, env) => {
    const { held, refused } = judged(settings(files, { ...quiet, ...env }));
    expect(refused).toEqual([]);
    expect(held).toBeGreaterThanOrEqual(2);
  });

  it.each<[string, Files, Environment, string]>([
    [
      "Pulumi Cloud",
      {},
      { PULUMI_BACKEND_URL: "https://api.pulumi.com" },
      "data-stays-here broken backend: api.pulumi.com",
    ],
    [
      "Pulumi Cloud by the project",
      { "Pulumi.yaml": "name: app\n# here\nbackend:\n  url: https://api.pulumi.com\n" },
      {},
      "https://api.pulumi.com from Pulumi.yaml:4",
    ],
    [
      "Pulumi Cloud by login",
      { "~/.pulumi/credentials.json": '{"current":"https://api.pulumi.com","accessTokens":{"a":"pul-secret"}}' },
      {},
      "from pulumi login",
    ],
    ["Pulumi Cloud by token alone", {}, { PULUMI_ACCESS_TOKEN: "pul-secret" }, "from PULUMI_ACCESS_TOKEN, and nothing"],
    [
      "a region abroad",
      {},
      { PULUMI_BACKEND_URL: "s3://state?region=us-east-1" },
      "data-stays-here broken backend: us-east-1",
    ],
    [
      "a region abroad by environment",
      {},
      { PULUMI_BACKEND_URL: "s3://state", AWS_REGION: "us-east-1" },
      "broken backend: us-east-1",
    ],
    [
      "a host that nobody declared",
      {},
      { PULUMI_BACKEND_URL: "postgres://u:pw@db.vendor.com/state" },
      "backend: db.vendor.com",
    ],
    [
      "an address behind a host",
      {},
      { PULUMI_BACKEND_URL: "postgres://db.amt.example/state", PGHOSTADDR: "8.8.8.8" },
      "backend: 8.8.8.8",
    ],
    [
      "an endpoint by environment",
      {},
      { PULUMI_BACKEND_URL: "s3://state?region=eu-central-1", AWS_ENDPOINT_URL_S3: "https://s3.vendor.com" },
      "backend: s3.vendor.com",
    ],
    [
      "a connection string",
      {},
      {
        PULUMI_BACKEND_URL: "azblob://state?storage_account=amt&domain=blob.amt.example",
        AZURE_STORAGE_CONNECTION_STRING: "BlobEndpoint=https://blob.vendor.com/;AccountKey=c2VjcmV0",
      },
      "backend: blob.vendor.com",
    ],
  ])("abroad is broken, and says who set it: %s", (_, files, env, found) => {
    const { refused } = judged(settings(files, { ...quiet, ...env }));
    expect(refused.join("\n")).toContain(found);
    expect(refused.join("\n")).toMatch(/data-stays-here broken backend/);
  });

  it.each<[string, Files, Environment, string]>([
    ["nobody chose one", {}, {}, "nothing says where the state is kept"],
    [
      "the login cannot be read",
      { "~/.pulumi/credentials.json": "sealed" },
      {},
      "nothing says where the state is kept",
    ],
    ["its place is left to a profile", {}, { PULUMI_BACKEND_URL: "s3://state" }, "leaves its place to the environment"],
    ["its scheme is unknown", {}, { PULUMI_BACKEND_URL: "mem://" }, "which cannot be placed"],
    [
      "its region is unknown",
      {},
      { PULUMI_BACKEND_URL: "s3://state?region=zz-far-1" },
      "zz-far-1, which the catalogue places nowhere",
    ],
    ["the project cannot be read", { "Pulumi.yaml": "name: [\n" }, local, "Pulumi.yaml cannot be read"],
  ])("is undecidable, never held, where %s", (_, files, env, found) => {
    const { refused } = judged(settings(files, { ...quiet, ...env }));
    expect(refused.filter((each) => /nothing-hidden undecidable/.test(each)).join("\n")).toContain(found);
  });
});

describe("a secrets provider", () => {
  const sealed = (text: string): Files => ({ "Pulumi.dev.yaml": text });

  it.each<[string, Files, Environment]>([
    ["a passphrase", sealed("encryptionsalt: v1:abc\n"), {}],
    ["a passphrase by default", {}, {}],
    ["a key in the country", sealed("secretsprovider: awskms://alias/state?region=eu-central-1\n"), {}],
    [
      "a key in the country by ARN",
      sealed("secretsprovider: awskms:///arn:aws:kms:eu-central-1:111122223333:key/1\n"),
      {},
    ],
    [
      "a vault that is declared",
      sealed("secretsprovider: hashivault://state\n"),
      { VAULT_ADDR: "https://vault.amt.example:8200" },
    ],
  ])("in the country is held: %s", (_, files, env) => {
    const { held, refused } = judged(settings(files, { ...local, ...env }));
    expect(refused).toEqual([]);
    expect(held).toBe(2);
  });

  it.each<[string, Files, Environment, string]>([
    [
      "a key abroad",
      sealed("config: {}\nsecretsprovider: awskms://alias/state?region=us-east-1\n"),
      {},
      "keys-held-here broken secretsProvider: us-east-1",
    ],
    [
      "says its line",
      sealed("config: {}\nsecretsprovider: awskms://alias/state?region=us-east-1\n"),
      {},
      "from Pulumi.dev.yaml:2",
    ],
    [
      "in the stack's own folder",
      {
        "Pulumi.yaml": "name: app\nstackConfigDir: stacks\n",
        "stacks/Pulumi.dev.yaml": "secretsprovider: gcpkms://projects/p/locations/global/keyRings/r/cryptoKeys/k\n",
      },
      {},
      "keys-held-here broken secretsProvider: global",
    ],
    [
      "a vault abroad",
      sealed("secretsprovider: hashivault://state\n"),
      { VAULT_ADDR: "https://vault.vendor.com" },
      "vault.vendor.com",
    ],
    [
      "a vault without address",
      sealed("secretsprovider: hashivault://state\n"),
      {},
      "does not say where the vault stands",
    ],
    [
      "an Azure vault",
      sealed("secretsprovider: azurekeyvault://amt.vault.azure.net/keys/state\n"),
      {},
      "amt.vault.azure.net",
    ],
    [
      "an override",
      sealed("secretsprovider: awskms://alias/state?region=eu-central-1\n"),
      { PULUMI_CLOUD_SECRET_OVERRIDE: "awskms://alias/state?region=us-east-1" },
      "from PULUMI_CLOUD_SECRET_OVERRIDE",
    ],
    [
      "Pulumi Cloud's own",
      {},
      { PULUMI_BACKEND_URL: "https://api.pulumi.com" },
      "keys-held-here broken secretsProvider: api.pulumi.com",
    ],
    ["the state's", {}, { PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true" }, "nothing says who keeps the key"],
    ["a stack file that cannot be read", sealed("a: [\n"), {}, "Pulumi.dev.yaml cannot be read"],
  ])("abroad, or nobody knows where, is refused: %s", (_, files, env, found) => {
    expect(judged(settings(files, { ...local, ...env })).refused.join("\n")).toContain(found);
  });

  it("is undecidable where no stack is named", () => {
    const resource = engineSettings({ folder: dirname(join(folder, "x")), env: local });
    expect(judged(resource).refused.join()).toContain("nothing says who keeps the key");
  });
});

describe("plugin sources", () => {
  const overrides = (text: string) => ({
    ...local,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "",
    PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: text,
  });
  const packages = (text: string): Files => ({ "Pulumi.yaml": `name: app\npackages:\n  a: ${text}\n` });

  it.each<[string, Files, Environment]>([
    ["none are fetched", {}, local],
    ["all from a mirror", {}, overrides(".*=https://mirror.amt.example/plugins")],
    [
      "each from a mirror",
      {},
      overrides(
        "^github://api.github.com/(?P<org>[^/]+)=https://mirror.amt.example/$1,^https://get.pulumi.com=https://mirror.amt.example",
      ),
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the engine writes a named group
    ["hosts by group", {}, overrides("^\\w+://(?P<host>[^/]+)=https://mirror.amt.example/${host}")],
    ["a package from a folder", packages("./plugins/a"), local],
    ["a package from a mirror", packages("{ source: a, pluginDownloadURL: https://mirror.amt.example/a }"), local],
  ])("in the country are held: %s", (_, files, env) => {
    expect(judged(settings(files, env)).refused).toEqual([]);
  });

  it.each<[string, Files, Environment, string[]]>([
    [
      "by default",
      {},
      overrides(""),
      ["plugins[0]: api.github.com/pulumi/pulumi", "plugins[1]: get.pulumi.com/releases/plugins"],
    ],
    [
      "where only one is overridden",
      {},
      overrides("^github://=https://mirror.amt.example"),
      ["plugins[1]: get.pulumi.com/releases/plugins"],
    ],
    [
      "from a mirror abroad",
      {},
      overrides(".*=https://mirror.vendor.com/plugins"),
      ["plugins[0]: mirror.vendor.com/plugins"],
    ],
    [
      "a package from GitHub",
      packages("github.com/acme/pulumi-a@v1.0.0"),
      local,
      ["plugins[0]: github.com/acme/pulumi-a"],
    ],
    [
      "a package by URL",
      packages("{ source: a, pluginDownloadURL: 'github://api.github.com/acme' }"),
      local,
      ["api.github.com/acme"],
    ],
    ["a package by name", packages("acme/a@1.0.0"), local, ["api.pulumi.com/registry/acme/a"]],
  ])("abroad are refused: %s", (_, files, env, found) => {
    const { refused } = judged(settings(files, env));
    expect(refused).toHaveLength(found.length);
    for (const each of refused) expect(each).toMatch(/^images-from-here broken /);
    for (const text of found) expect(refused.join("\n")).toContain(text);
  });
});

describe("what the engine tells others", () => {
  it.each<[Environment, string]>([
    [{ PULUMI_SKIP_UPDATE_CHECK: "" }, "logs-stay-here broken calls.PULUMI_SKIP_UPDATE_CHECK: api.pulumi.com"],
    [
      { PULUMI_OPTION_TRACING: "http://trace.vendor.com/api" },
      "logs-stay-here broken variables.PULUMI_OPTION_TRACING: trace.vendor.com",
    ],
    [
      { PULUMI_OPTION_OTEL_TRACES: "grpc://otel.vendor.com:4317" },
      "logs-stay-here broken variables.PULUMI_OPTION_OTEL_TRACES: otel.vendor.com",
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.vendor.com" },
      "logs-stay-here broken variables.OTEL_EXPORTER_OTLP_ENDPOINT",
    ],
    [{ PULUMI_API: "https://api.pulumi.com" }, "logs-stay-here broken variables.PULUMI_API: api.pulumi.com"],
    [
      { HTTPS_PROXY: "http://user:pw@proxy.vendor.com:3128" },
      "data-stays-here broken variables.HTTPS_PROXY: proxy.vendor.com",
    ],
    [{ AWS_REGION: "us-east-1" }, "data-stays-here broken variables.AWS_REGION: us-east-1"],
    [
      { AWS_ENDPOINT_URL_BEDROCK: "https://ai.vendor.com" },
      "data-stays-here broken variables.AWS_ENDPOINT_URL_BEDROCK: ai.vendor.com",
    ],
    [{ GOOGLE_ZONE: "us-central1-a" }, "data-stays-here broken variables.GOOGLE_ZONE: us-central1-a"],
    [{ PULUMI_OPTION_REMOTE: "1" }, "data-stays-here broken calls.PULUMI_OPTION_REMOTE: api.pulumi.com"],
    [
      { PULUMI_BACKEND_URL: "https://api.pulumi.com", PULUMI_NEO: "true" },
      "prompts-stay-here broken calls.PULUMI_NEO: api.pulumi.com",
    ],
  ])("is judged: %j", (env, found) => {
    expect(judged(settings({}, { ...local, ...env })).refused.join("\n")).toContain(found);
  });

  it.each<Environment>([
    { PULUMI_OPTION_TRACING: "file:./up.trace" },
    { PULUMI_OPTION_OTEL_TRACES: "file:///tmp/traces.json" },
    { PULUMI_LOG_OTLP_ENDPOINT: "localhost:42623" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel.monitoring.svc:4318" },
    { HTTPS_PROXY: "http://proxy.amt.example:3128" },
    { AWS_REGION: "eu-central-1" },
    { PULUMI_NEO: "true" },
    { PULUMI_TRACING_HEADER: "x" },
  ])("at home is held: %j", (env) => {
    expect(judged(settings({}, { ...local, ...env })).refused).toEqual([]);
  });

  it.each([
    "environment: [team/prod]\n",
    "environment:\n  imports: [team/prod]\n",
    "environment:\n  values: { a: 1 }\n",
  ])("is undecidable where settings come from Pulumi ESC: %j", (text) => {
    const { refused } = judged(settings({ "Pulumi.dev.yaml": text }, local));
    expect(refused).toEqual([
      expect.stringMatching(/^nothing-hidden undecidable environments: settings come from Pulumi ESC/),
    ]);
    expect(refused[0]).toContain("Pulumi.dev.yaml:");
  });
});

describe("without a folder", () => {
  it("only what the environment says is judged, as a policy pack sees it", () => {
    expect(judged(engineSettings({ env: { HOME: folder } }))).toEqual({ held: 0, refused: [] });
    const { refused } = judged(engineSettings({ env: { HOME: folder, PULUMI_BACKEND_URL: "https://api.pulumi.com" } }));
    expect(refused).toEqual([expect.stringContaining("data-stays-here broken backend: api.pulumi.com")]);
  });
});

it("finds the project upwards, and the stack file of a name with organisation and project", () => {
  const project = join(folder, "up");
  mkdirSync(join(project, "a/b"), { recursive: true });
  writeFileSync(join(project, "Pulumi.yaml"), "name: app\n");
  writeFileSync(join(project, "Pulumi.dev.yaml"), "secretsprovider: awskms://a?region=us-east-1\n");
  const resource = engineSettings({ folder: join(project, "a/b"), stack: "amt/app/dev", env: local });
  expect(resource.urn).toBe("urn:pulumi:dev::app::pulumi:engine:Settings::engine");
  expect(judged(resource).refused.join()).toContain("us-east-1");
});

it("never holds a credential", () => {
  const resource = settings(
    {
      "~/.pulumi/credentials.json": '{"current":"s3://state?region=us-east-1","accessTokens":{"a":"planted"}}',
      "Pulumi.yaml": "name: app\npackages: { a: { source: a, pluginDownloadURL: 'https://u:planted@vendor.com/a' } }\n",
      "Pulumi.dev.yaml": "secretsprovider: awskms://a?region=us-east-1&token=planted\nencryptedkey: planted\n",
    },
    {
      PULUMI_ACCESS_TOKEN: "planted",
      PULUMI_CONFIG_PASSPHRASE: "planted",
      AWS_SECRET_ACCESS_KEY: "planted",
      HTTPS_PROXY: "http://u:planted@proxy.vendor.com",
      AZURE_STORAGE_CONNECTION_STRING: "AccountName=a;AccountKey=planted",
    },
  );
  expect(JSON.stringify([resource, describeEngine(resource)])).not.toContain("planted");
  expect(judged(resource).refused.length).toBeGreaterThan(4);
});
