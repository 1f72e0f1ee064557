import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { CountryFaults, parseCountry } from "../../components/country.ts";
import { type Expected, expectReadable, faultsIn, refuses } from "./faults/broken.ts";

const broken: Record<string, Expected[]> = {
  "alias-bomb": [
    [
      2,
      "freehold:country",
      "aliases that stand for more than 10,000 values",
      "write the values out, without anchors (&) and aliases (*)",
    ],
  ],
  "alias-to-itself": [
    [
      23,
      "freehold:tenants",
      "sections within sections, more than 32 deep",
      "write the values out, without anchors (&) and aliases (*)",
    ],
  ],
  "backend-abroad": [
    [
      11,
      "freehold:state.backend",
      "s3://freehold-state?region=us-east-1, which is in the United",
      "name a region in Switzerland: eu-central-2 (AWS), switzerlandnorth, sw",
    ],
  ],
  "backend-on-an-unplaced-host": [
    [
      11,
      "freehold:state.backend",
      "db.elsewhere.example, which nothing places in Switzerland",
      "if it stands in Switzerland, add it to freehold:guards.hosts; if not, ",
    ],
  ],
  "backend-pulumi-cloud": [
    [
      11,
      "freehold:state.backend",
      "api.pulumi.com, which is Pulumi Cloud, run from the United S",
      "name one that stands in Switzerland: a folder (file://) or a host of y",
    ],
  ],
  "backend-unreadable": [
    [11, "freehold:state.backend", "/srv/freehold/state", "write  backend: file:///srv/freehold/state  (an example)"],
  ],
  "backend-with-password": [
    [
      11,
      "freehold:state.backend",
      "postgres://…@db.alpen-ai.example/pulumi, with a password in ",
      "take it out, and give it in the environment (PGPASSWORD for postgres)",
    ],
  ],
  "backend-without-region": [
    [
      11,
      "freehold:state.backend",
      "s3://freehold-state, which leaves its place to the environme",
      "say it in the URL:  s3://freehold-state?region=<region>",
    ],
  ],
  binary: [[0, "", "data that is no text", "check that this is the file you mean"]],
  "bracket-open": [[23, "", "a bracket that is never closed", "close it: each { with a }, each [ with a ]"]],
  "colon-missing": [[8, "", "a line without a colon", "write a colon and a blank after the key:  key: value"]],
  "colons-two": [[4, "", "two colons on one line", "put the value in quotes, or the second key on a line of its own"]],
  "config-misspelt": [[1, "confg", "the key confg, which Pulumi does not have at the top of a st", "write  config:"]],
  "context-too-long": [[22, "freehold:models.apertus.contextTokens", "131,072 tokens", "write  contextTokens: 65536"]],
  "control-character": [[4, "", "the control character 0x07", "take it out, or restore the file from its history"]],
  "country-by-its-old-code": [[2, "freehold:country", "UK", "write  freehold:country: GB"]],
  "country-in-lower-case": [[2, "freehold:country", "ch", "write  freehold:country: CH"]],
  "country-not-in-catalogue": [
    [2, "freehold:country", "US", "describe the United States in catalogue/countries/us.yaml"],
  ],
  "date-without-quotes": [
    [4, "freehold:operator.name", "2026-11-20, which Pulumi reads otherwise than YAML 1.2", 'write  "2026-11-20"'],
  ],
  "domain-with-scheme": [
    [5, "freehold:operator.domain", "https://alpen-ai.example/", "write  domain: alpen-ai.example"],
  ],
  "duplicate-model-of-a-tenant": [
    [23, "freehold:tenants.kanton.models[1]", "apertus, for the second time", "take  - apertus  out"],
  ],
  "duplicate-pool": [
    [
      17,
      "h200",
      "the key h200, for the second time in its section; the first ",
      "keep one of the two, or give the second another name",
    ],
  ],
  "duplicate-section": [
    [
      22,
      "freehold:country",
      "the key freehold:country, for the second time in its section",
      "keep one of the two, or give the second another name",
    ],
  ],
  "empty-models": [
    [
      17,
      "freehold:models",
      "an empty section",
      "write  freehold:models: { apertus-70b: { model: swiss-ai/Apertus-70B-I",
    ],
  ],
  empty: [[0, "", "an empty file", "start from the example:  cp stacks/Pulumi.ch.yaml empty.yaml"]],
  "encrypted-name": [
    [4, "freehold:operator.name", "an encrypted value", "write it in plain text; only freehold:keySeed is encrypted"],
  ],
  "gateway-abroad": [
    [
      23,
      "freehold:gateway.host",
      "ai.elsewhere.example, which nothing places in Switzerland",
      "name one on the operator's domain, or add it to freehold:guards.hosts",
    ],
  ],
  "gpus-exceed-a-node": [[21, "freehold:models.apertus.gpus", "16 GPUs", "write  gpus: 8"]],
  "gpus-exceed-the-pool": [
    [
      16,
      "freehold:pools.h200.nodes",
      "2 nodes of 8 GPUs for models that take 20 GPUs on 3 nodes: a",
      "write  nodes: 3  or  replicas: 4 for apertus",
    ],
  ],
  "guard-for-a-registry-abroad": [
    [
      23,
      "freehold:guards.registries[0]",
      "ghcr.io/alpen, which is GitHub, run from the United States",
      "name a host of your own",
    ],
  ],
  "guard-for-the-whole-internet": [
    [23, "freehold:guards.hosts[0]", 'the text "*"', 'write  - "*.alpen-ai.example"  (an example)'],
  ],
  "guard-that-covers-a-service": [
    [
      23,
      "freehold:guards.hosts[0]",
      'the text "*.pulumi.com", which is Pulumi Cloud, run from the',
      "name a host of your own",
    ],
  ],
  "guard-without-quotes": [
    [24, "", "*.partner.example, which YAML takes for a reference to somet", 'put it in quotes:  "*.partner.example"'],
  ],
  "image-from-a-lookalike": [
    [
      22,
      "freehold:models.apertus.image",
      "registry.alpen-ai.example.evil.example/vllm:v1, which comes ",
      "mirror it to registry.alpen-ai.example and name it there",
    ],
  ],
  "image-from-abroad": [
    [
      22,
      "freehold:models.apertus.image",
      "docker.io/vllm/vllm-openai:v0.25.1, which comes from Docker ",
      "mirror it to registry.alpen-ai.example and name it there",
    ],
  ],
  "image-without-registry": [
    [
      22,
      "freehold:models.apertus.image",
      "vllm/vllm-openai:v0.25.1, which comes from Docker Hub, run f",
      "mirror it to registry.alpen-ai.example and name it there",
    ],
  ],
  "indented-unevenly": [[8, "", "a line that is indented unlike its neighbours", "indent it like the keys beside it"]],
  "key-abroad": [
    [
      12,
      "freehold:state.secretsProvider",
      "awskms://alias/freehold?region=eu-central-1, which is in Ger",
      "name a region in Switzerland: eu-central-2 (AWS), switzerlandnorth, sw",
    ],
  ],
  "key-in-an-unnamed-vault": [
    [
      12,
      "freehold:state.secretsProvider",
      "hashivault://freehold, which does not say where the vault st",
      "add  vaultAddress: https://<vault in the country>:8200  beside it",
    ],
  ],
  "key-in-an-unplaced-vault": [
    [
      12,
      "freehold:state.secretsProvider",
      "freehold.vault.azure.net, which nothing places in Switzerlan",
      "if it stands in Switzerland, add it to freehold:guards.hosts; if not, ",
    ],
  ],
  "key-in-pulumi-cloud": [
    [12, "freehold:state.secretsProvider", "default", "write  secretsProvider: passphrase  (an example)"],
  ],
  "key-outside-config": [
    [1, "freehold:country", "the key freehold:country, which Pulumi does not have at the ", "move it under  config:"],
  ],
  "key-seed-in-plain-text": [
    [
      22,
      "freehold:keySeed",
      "a value in plain text",
      'npx pulumi config set --secret freehold:keySeed "$(openssl rand -hex 3',
    ],
  ],
  "key-that-is-a-list": [
    [24, "freehold:tenants", "a key that is empty, a list or a section", "write a name, a colon and a blank"],
  ],
  "key-that-is-a-number": [[23, "freehold:tenants", "the key 1, which is no name", 'write  "1":']],
  "key-that-is-reserved": [
    [24, "freehold:tenants", "the key __proto__, which is no name", "write a name, a colon and a blank"],
  ],
  "key-without-namespace": [[2, "country", "the key country, without a namespace", "write  freehold:country:"]],
  "latin-1": [
    [
      23,
      "",
      "the byte 0xfc, which is not UTF-8",
      "iconv -f ISO-8859-1 -t UTF-8 latin-1.yaml > latin-1.yaml.utf8 && mv la",
    ],
  ],
  "list-for-a-section": [
    [13, "freehold:pools", "a list of 1", "write  freehold:pools: { h200: { accelerator: h200-sxm, nodes: 4 } }  "],
  ],
  "merge-of-a-wrong-value": [
    [23, "freehold:tenants.kanton.tokensPerMinute", "many", "write  tokensPerMinute: 100000  (an example)"],
    [23, "freehold:tenants.spital.tokensPerMinute", "many", "write  tokensPerMinute: 100000  (an example)"],
  ],
  "missing-place": [[6, "freehold:target.place", "nothing", "add  place: CH-ZH"]],
  "missing-section": [
    [1, "freehold:operator", "nothing", "add  freehold:operator: { name: Alpen AI, domain: alpen-ai.example }"],
  ],
  "model-missing": [
    [23, "freehold:tenants.kanton.models[0]", "apertus-70b, which is no model of this file", "write  - apertus"],
  ],
  "name-with-capitals": [[23, 'freehold:tenants["Kanton Zürich"]', "Kanton Zürich", "write  kanton-zurich:"]],
  "nested-too-deep": [
    [
      2,
      "freehold:country",
      "sections within sections, more than 32 deep",
      "write the values out, without anchors (&) and aliases (*)",
    ],
  ],
  "no-config": [[1, "config", "nothing", "add  config:  and under it, indented,  freehold:country: CH  and the o"]],
  "no-image-for-the-vendor": [
    [
      18,
      "freehold:models.apertus.image",
      "nothing, and the catalogue has no image of vllm for accelera",
      "add  image: <registry>/<repository>:<tag>",
    ],
  ],
  "null-section": [
    [13, "freehold:pools", "nothing", "write  freehold:pools: { h200: { accelerator: h200-sxm, nodes: 4 } }"],
  ],
  "null-tenant": [[23, "freehold:tenants.kanton", "nothing", "write  kanton: {}"]],
  "number-for-a-name": [[4, "freehold:operator.name", "the number 4711", 'write  name: "4711"']],
  "number-in-quotes": [[16, "freehold:pools.h200.nodes", 'the text "2"', "write  nodes: 2"]],
  "number-in-words": [[16, "freehold:pools.h200.nodes", "two", "write  nodes: 4  (an example)"]],
  "number-too-large": [[17, "freehold:pools.h200.gpusPerNode", "the number 64", "write  gpusPerNode: 16"]],
  "number-too-small": [[16, "freehold:pools.h200.nodes", "the number 0", "write  nodes: 1"]],
  "number-with-fraction": [[16, "freehold:pools.h200.nodes", "the number 2.5", "write  nodes: 3"]],
  "number-with-leading-zero": [
    [
      16,
      "freehold:pools.h200.nodes",
      "010, which Pulumi reads otherwise than YAML 1.2",
      'write  10  or, if it is a text,  "010"',
    ],
  ],
  "number-with-underscore": [
    [
      16,
      "freehold:pools.h200.nodes",
      "2_000, which Pulumi reads otherwise than YAML 1.2",
      'write  2000  or, if it is a text,  "2_000"',
    ],
  ],
  "only-comments": [[0, "", "nothing but comments", "begin with  config:"]],
  "operator-on-a-public-service": [
    [
      5,
      "freehold:operator.domain",
      "alpen-ai.github.com, which is GitHub, run from the United St",
      "name a host of your own",
    ],
  ],
  "place-abroad": [
    [9, "freehold:target.place", "us-east-1, which is in the United States (AWS region)", "write  place: CH"],
  ],
  "place-in-a-neighbouring-country": [[9, "freehold:target.place", "DE-BY, which is in Germany", "write  place: CH"]],
  "place-in-lower-case": [
    [9, "freehold:target.place", "ch-zh, which the catalogue does not place", "write  place: CH-ZH"],
  ],
  "place-unknown": [[9, "freehold:target.place", "Zurich, which the catalogue does not place", "write  place: CH"]],
  "pool-missing": [[20, "freehold:models.apertus.pool", "h100, which is no pool of this file", "write  pool: h200"]],
  "quote-open": [[4, "", "a quote that is never closed", "close it on the same line"]],
  "registry-abroad": [
    [
      22,
      "freehold:registry",
      "docker.io/alpen, which is Docker Hub, run from the United St",
      "name a host of your own",
    ],
  ],
  "registry-unplaced": [
    [
      22,
      "freehold:registry",
      "registry.elsewhere.example, which nothing places in Switzerl",
      "name one on the operator's domain, or add it to freehold:guards.regist",
    ],
  ],
  "registry-with-a-star": [
    [
      22,
      "freehold:registry",
      'the text "*.alpen-ai.example"',
      "write  freehold:registry: registry.alpen-ai.example  (an example)",
    ],
  ],
  "replicas-that-leave-gaps": [
    [
      16,
      "freehold:pools.h200.nodes",
      "2 nodes of 6 GPUs for models that take 12 GPUs on 3 nodes: a",
      "write  nodes: 3  or  replicas: 2 for apertus",
    ],
  ],
  "secrets-provider-other-than-declared": [
    [
      1,
      "secretsprovider",
      "awskms://alias/freehold?region=us-east-1, which is what seal",
      "npx pulumi stack change-secrets-provider 'passphrase'",
    ],
  ],
  "settings-from-pulumi-cloud": [
    [
      1,
      "environment",
      "settings from Pulumi ESC, a part of Pulumi Cloud, run from",
      "write its values here, secrets with  npx pulumi config set --secret,  ",
    ],
  ],
  several: [
    [5, "freehold:operator.domain", "alpen ai", "write  domain: alpen-ai.example  (an example)"],
    [9, "freehold:target.place", "us-east-1, which is in the United States (AWS region)", "write  place: CH"],
    [
      12,
      "freehold:state.secretsProvider",
      "awskms://alias/x?region=eu-west-1, which is in Ireland (eu-w",
      "name a region in Switzerland: eu-central-2 (AWS), switzerlandnorth, sw",
    ],
    [16, "freehold:pools.h200.noodes", "the key noodes, which means nothing here", "write  nodes"],
    [20, "freehold:models.apertus.pool", "h100, which is no pool of this file", "write  pool: h200"],
    [21, "freehold:models.apertus.gpus", "four", "write  gpus: 4  (an example)"],
    [23, "freehold:tenants.Kanton", "Kanton", "write  kanton:"],
  ],
  tab: [[9, "", "a tab at the beginning of a line", "indent with blanks, two for each level"]],
  tag: [[16, "", "a tag (a word that begins with !)", "take it out; values here need none"]],
  "target-in-a-cloud": [[7, "freehold:target.kind", "google", "write  kind: onprem  (an example)"]],
  "text-for-a-list": [[23, "freehold:tenants.kanton.models", "apertus", "write  models: [ apertus ]"]],
  "text-for-a-section": [
    [6, "freehold:target", "onprem", "write  freehold:target: { kind: onprem, context: alpen, place: CH-ZH }"],
  ],
  "top-level-list": [[1, "", "a list of 1", "begin with  config:"]],
  "trailing-blank-in-quotes": [[4, "freehold:operator.name", 'the text "Alpen AI "', "write  name: Alpen AI"]],
  "truth-value-for-a-country": [
    [2, "freehold:country", "the value false", "write  freehold:country: CH  (an example)"],
  ],
  "two-documents": [
    [
      24,
      "",
      "a second document, after a line of three hyphens",
      "take the line  ---  out, or put the second document in a file of its o",
    ],
  ],
  "unknown-accelerator": [[15, "freehold:pools.h200.accelerator", "h200-smx", "write  accelerator: h200-sxm"]],
  "unknown-country": [[2, "freehold:country", "Switzerland", "write  freehold:country: CH"]],
  "unknown-engine": [[22, "freehold:models.apertus.engine", "vLLM", "write  engine: vllm"]],
  "unknown-key-far": [
    [17, "freehold:pools.h200.colour", "the key colour, which means nothing here", "take colour out"],
  ],
  "unknown-key": [[16, "freehold:pools.h200.noodes", "the key noodes, which means nothing here", "write  nodes"]],
  "unknown-kind-of-target": [[7, "freehold:target.kind", "on-prem", "write  kind: onprem"]],
  "unknown-model": [
    [19, "freehold:models.apertus.model", "swiss-ai/Apertus-70B", "write  model: swiss-ai/Apertus-70B-Instruct-2509"],
  ],
  "unknown-section": [
    [22, "freehold:tennants", "the key tennants, which means nothing here", "write  freehold:tenants"],
  ],
  "utf-16-without-mark": [
    [0, "", "UTF-16BE text", "iconv -f UTF-16BE -t UTF-8 utf-16-without-mark.yaml > utf-16-without-m"],
  ],
  "utf-16": [[0, "", "UTF-16 text", "iconv -f UTF-16 -t UTF-8 utf-16.yaml > utf-16.yaml.utf8 && mv utf-16.y"]],
  "weights-exceed-every-node": [
    [
      22,
      "freehold:models.apertus.gpus",
      "4 GPUs for 131.5 GiB of weights (70.6 billion parameters, 2 ",
      "write  precision: fp8, with weights that are stored so  and  nodes: 2",
    ],
  ],
  "weights-exceed-memory": [
    [
      18,
      "freehold:models.apertus.gpus",
      "1 GPU for 131.5 GiB of weights (70.6 billion parameters, 2 b",
      "write  gpus: 2",
    ],
  ],
  "weights-from-abroad": [
    [
      22,
      "freehold:models.apertus.weights.reference",
      "huggingface.co/swiss-ai/apertus:main, which comes from Huggi",
      "mirror it to registry.alpen-ai.example and name it there",
    ],
  ],
  "yaml-1.1": [[1, "", "a %YAML 1.1 directive", "take the first line out"]],
};

const fixtures = fileURLToPath(new URL("../fixtures/broken/basics/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "freehold-faults-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("a broken country file", () => {
  refuses("basics", broken);

  it("is shown as where, found, allowed, law and remedy", () => {
    const { message } = faultsIn(join(fixtures, "place-abroad.yaml"));
    expect(message.replaceAll(fixtures, "")).toBe(
      [
        "place-abroad.yaml has 1 fault.",
        "",
        "place-abroad.yaml:9:12  freehold:target.place",
        "  found    us-east-1, which is in the United States (AWS region)",
        "  allowed  a place in Switzerland: CH, its subdivisions by ISO 3166-2 (CH-...), or a known region: eu-central-2 (AWS), switzerlandnorth, switzerlandwest (Azure), europe-west6 (Google Cloud), ch-dk-2, ch-gva-2 (Exoscale), eu-ch2 (Open Telekom Cloud), eu-zurich-1 (Oracle Cloud)",
        "  law      Federal Act on Data Protection (revFADP/nDSG)",
        "  remedy   write  place: CH",
      ].join("\n"),
    );
  });

  it("never shows a secret", () => {
    expect(faultsIn(join(fixtures, "key-seed-in-plain-text.yaml")).message).not.toContain("5f2c9d71e0aa4b36");
    expect(faultsIn(join(fixtures, "backend-with-password.yaml")).message).not.toContain("hunter2");
    expect(faultsIn(join(fixtures, "encrypted-name.yaml")).message).not.toContain("AAAABBBBCCCC");
  });
});

describe("a country file that is not there to be read", () => {
  it("says which stack files there are, when one is missing", () => {
    writeFileSync(join(scratch, "Pulumi.ch.yaml"), "");
    const [fault] = faultsIn(join(scratch, "Pulumi.sh.yaml")).faults;
    expect(fault).toMatchObject({
      found: "no such file",
      remedy: expect.stringContaining(join(scratch, "Pulumi.ch.yaml")),
    });
  });

  it("says so of a folder, and of a path through a file", () => {
    expect(faultsIn(scratch).faults).toMatchObject([{ found: "a directory" }]);
    expect(faultsIn(join(scratch, "Pulumi.ch.yaml", "x.yaml")).faults).toMatchObject([{ found: "no such file" }]);
  });

  it.skipIf(process.getuid?.() === 0)("says so of a file that may not be read", () => {
    const path = join(scratch, "closed.yaml");
    writeFileSync(path, "config: {}");
    chmodSync(path, 0);
    expect(faultsIn(path).faults).toMatchObject([
      { found: "a file that may not be read", remedy: expect.stringContaining("chmod") },
    ]);
  });

  it("says so of a device", () => {
    expect(faultsIn("/dev/null").faults).toMatchObject([{ found: "something that is not a file" }]);
  });

  it("says so of a very large file, without reading on", () => {
    const path = join(scratch, "large.yaml");
    writeFileSync(path, `config:\n# ${"x".repeat(3 * 2 ** 20)}\n`);
    expect(faultsIn(path).faults).toMatchObject([
      { found: "3.0 MiB, far more than a country takes", allowed: "at most 1 MiB" },
    ]);
  });
});

describe("whatever stands in the place of whatever", () => {
  const junk: unknown[] = [
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    "",
    " ",
    "x",
    "*",
    "4",
    [],
    [null],
    [[]],
    {},
    { x: 1 },
    { secure: "v1:a:b" },
    "a\nb",
  ];
  const good = readGood();

  it("is either accepted or reported in words for people", { timeout: 60_000 }, () => {
    let reports = 0;
    for (const path of pathsIn(good)) {
      for (const value of junk) {
        try {
          parseCountry(replaced(good, path, value) as Record<string, unknown>, undefined, "junk.yaml");
        } catch (error) {
          if (!(error instanceof CountryFaults)) throw error;
          expectReadable(error);
          reports++;
        }
      }
    }
    expect(reports).toBeGreaterThan(300);
  });
});

function readGood(): Record<string, unknown> {
  return {
    country: "CH",
    operator: { name: "Alpen AI", domain: "alpen-ai.example" },
    target: { kind: "onprem", context: "alpen", place: "CH-ZH" },
    state: {
      backend: "file:///srv/state",
      secretsProvider: "hashivault://k",
      vaultAddress: "https://vault.alpen-ai.example",
    },
    registry: "registry.alpen-ai.example/mirror",
    pools: { h200: { accelerator: "h200-sxm", nodes: 2, gpusPerNode: 8 } },
    models: {
      apertus: {
        model: "swiss-ai/Apertus-8B-Instruct-2509",
        pool: "h200",
        engine: "vllm",
        replicas: 2,
        gpus: 1,
        contextTokens: 8192,
        image: "registry.alpen-ai.example/mirror/vllm:v1",
        weights: "registry.alpen-ai.example/mirror/weights:v1",
      },
    },
    gateway: { host: "ai.alpen-ai.example", tlsSecret: "tls", replicas: 2 },
    tenants: {
      kanton: {
        displayName: "Kanton",
        models: ["apertus"],
        tokensPerMinute: 1,
        requestsPerMinute: 1,
        keys: { default: { generation: 1, revoked: false } },
      },
    },
    guards: { hosts: ["*.partner.example"], registries: ["registry.partner.example"] },
    keySeed: { secure: "v1:a:b" },
  };
}

function pathsIn(value: unknown, path: string[] = []): string[][] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [...(path.length > 0 ? [path] : []), ...inner.flatMap(([key, each]) => pathsIn(each, [...path, key]))];
}

function replaced(value: unknown, [first, ...rest]: string[], by: unknown): unknown {
  if (first === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  return Object.assign(copy, { [first]: replaced((value as Record<string, unknown>)[first], rest, by) });
}
