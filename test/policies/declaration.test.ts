import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { declaredJurisdiction, Undeclared } from "../../policies/declaration.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-declaration-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, "Pulumi.ch.yaml");
writeFileSync(
  file,
  `config:
  freehold:country: CH
  freehold:operator: {name: Alpen AI, domain: alpen-ai.example}
  freehold:target: {kind: onprem, context: alpen, place: CH-ZH}
  freehold:state: {backend: "file:///srv/freehold/state", secretsProvider: passphrase}
  freehold:pools: {h200: {accelerator: h200-sxm, nodes: 4}}
  freehold:models: {apertus-70b: {model: swiss-ai/Apertus-70B-Instruct-2509, pool: h200, gpus: 4}}
  freehold:tenants: {kanton: {}}
  freehold:guards: {hosts: ["*.bedag.example"], registries: [registry.bedag.example/mirror]}
`,
);

describe("the jurisdiction of a program", () => {
  it("is the country that the environment names, with the hosts and registries it declares", () => {
    const env = {
      FREEHOLD_COUNTRY: "DE",
      FREEHOLD_HOSTS: "*.example.de, login.amt.de",
      FREEHOLD_REGISTRIES: "registry.example.de",
    };
    expect(declaredJurisdiction(env, {})).toMatchObject({
      country: "DE",
      countryName: "Germany",
      hosts: ["*.example.de", "login.amt.de"],
      registries: ["registry.example.de"],
    });
  });

  it("is that of the country file whose path the environment names", () => {
    const { country, hosts, registries } = declaredJurisdiction({ FREEHOLD_COUNTRY: file }, {});
    expect(country).toBe("CH");
    expect(hosts).toEqual(expect.arrayContaining(["alpen-ai.example", "*.alpen-ai.example", "*.bedag.example"]));
    expect(registries).toEqual(["registry.alpen-ai.example", "registry.bedag.example/mirror"]);
  });

  it("takes a relative path from where the command was typed", () => {
    expect(declaredJurisdiction({ FREEHOLD_COUNTRY: "./Pulumi.ch.yaml", PWD: folder }, {}).country).toBe("CH");
  });

  it("is what the stack's own configuration says", () => {
    const config = {
      "freehold:country": "CH",
      "freehold:operator": '{"name":"Alpen AI","domain":"alpen-ai.example"}',
      "freehold:guards": '{"hosts":["*.bedag.example"]}',
      "aws:region": "eu-central-2",
    };
    const { hosts, registries } = declaredJurisdiction({}, config);
    expect(hosts).toEqual(["alpen-ai.example", "*.alpen-ai.example", "*.bedag.example"]);
    expect(registries).toEqual(["registry.alpen-ai.example"]);
    expect(declaredJurisdiction({}, { "freehold:country": "DE" })).toMatchObject({
      country: "DE",
      hosts: [],
      registries: [],
    });
  });

  it.each([
    ["nothing", {}, {}, "no jurisdiction is declared", "Set FREEHOLD_COUNTRY"],
    ["an empty variable", { FREEHOLD_COUNTRY: "" }, {}, "no jurisdiction is declared", "Set FREEHOLD_COUNTRY"],
    [
      "a code in lower case",
      { FREEHOLD_COUNTRY: "ch" },
      {},
      "FREEHOLD_COUNTRY=ch",
      "FREEHOLD_COUNTRY=CH (Switzerland)",
    ],
    [
      "a country by its name",
      { FREEHOLD_COUNTRY: "Germany" },
      {},
      "FREEHOLD_COUNTRY=Germany",
      "FREEHOLD_COUNTRY=DE (Germany)",
    ],
    ["an adjective", { FREEHOLD_COUNTRY: "Swiss" }, {}, "FREEHOLD_COUNTRY=Swiss", "FREEHOLD_COUNTRY=CH (Switzerland)"],
    ["no country at all", { FREEHOLD_COUNTRY: "42" }, {}, "FREEHOLD_COUNTRY=42", "Choose one of AE"],
    ["a file that is not there", { FREEHOLD_COUNTRY: "./no.yaml" }, {}, "where no file is", "absolute path"],
    ["two countries", { FREEHOLD_COUNTRY: "DE" }, { "freehold:country": "CH" }, "says DE", "same country"],
    ["a wrong code in the stack", {}, { "freehold:country": "XX" }, "freehold:country=XX", "Choose one of"],
    [
      "hosts that are everything",
      { FREEHOLD_COUNTRY: "CH", FREEHOLD_HOSTS: "*" },
      {},
      "* in FREEHOLD_HOSTS",
      "host name",
    ],
    [
      "hosts that are a whole domain",
      { FREEHOLD_COUNTRY: "CH", FREEHOLD_HOSTS: "*.com" },
      {},
      "*.com in FREEHOLD_HOSTS",
      "host name",
    ],
    [
      "a public service",
      { FREEHOLD_COUNTRY: "CH", FREEHOLD_HOSTS: "api.openai.com" },
      {},
      "api.openai.com in FREEHOLD_HOSTS",
      "country",
    ],
    [
      "a public registry",
      { FREEHOLD_COUNTRY: "CH", FREEHOLD_REGISTRIES: "docker.io" },
      {},
      "docker.io in FREEHOLD_REGISTRIES",
      "country",
    ],
  ])("is refused, with what to do, when declared as %s", (_, env, config, found, remedy) => {
    const declared = () => declaredJurisdiction(env, config as Record<string, string>);
    expect(declared).toThrow(Undeclared);
    expect(declared).toThrow(found);
    expect(declared).toThrow(remedy);
  });
});
