import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CountryFaults, jurisdiction, loadCountry } from "../../components/country.ts";
import { declared, Undeclared } from "../../policies/declaration.ts";

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
  freehold:guards:
    hosts: ["*.bedag.example"]
    registries: [registry.bedag.example/mirror]
    accounts: ["111122223333"]
    treaties: [{country: LI, classes: [statistics], because: Customs treaty of 1923}]
    waivers:
      - rule: doors-stay-here
        resource: aws:cloudfront/distribution:Distribution::website
        because: Public website
        approvedBy: security@alpen-ai.example
        expires: "2027-03-31"
`,
);

const declaredJurisdiction = (env: NodeJS.ProcessEnv, config: Record<string, string>) =>
  declared(env, config).jurisdiction;

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
      "name a host of your own",
    ],
    [
      "a public registry",
      { FREEHOLD_COUNTRY: "CH", FREEHOLD_REGISTRIES: "docker.io" },
      {},
      "docker.io in FREEHOLD_REGISTRIES",
      "name a host of your own",
    ],
  ])("is refused, with what to do, when declared as %s", (_, env, config, found, remedy) => {
    const judged = () => declaredJurisdiction(env, config as Record<string, string>);
    expect(judged).toThrow(Undeclared);
    expect(judged).toThrow(found);
    expect(judged).toThrow(remedy);
  });

  it("is that of the country file itself, whichever way it is read", () => {
    const { hosts, registries, accounts, treaties } = declaredJurisdiction({ FREEHOLD_COUNTRY: file }, {});
    expect(jurisdiction(loadCountry(file))).toMatchObject({ hosts, registries, accounts, treaties });
  });

  it.each([
    ["FREEHOLD_HOSTS", "*", "host name"],
    ["FREEHOLD_HOSTS", "*.com", "host name"],
    ["FREEHOLD_HOSTS", "*.de", "host name"],
    ["FREEHOLD_HOSTS", "*.co.uk", "names that anybody may register"],
    ["FREEHOLD_HOSTS", "*.amazonaws.com", "names of AWS in every region"],
    ["FREEHOLD_HOSTS", "*.s3.amazonaws.com", "names of AWS in every region"],
    ["FREEHOLD_HOSTS", "*.windows.net", "names of Azure in every region"],
    ["FREEHOLD_HOSTS", "*.blob.core.windows.net", "names of Azure in every region"],
    ["FREEHOLD_HOSTS", "*.nvidia.com", "hosts of NVIDIA NGC"],
    ["FREEHOLD_HOSTS", "*.github.io", "names of other customers"],
    ["FREEHOLD_HOSTS", "*.eu.org", "names of other customers"],
    ["FREEHOLD_HOSTS", "*.k12.ca.us", "names of other customers"],
    ["FREEHOLD_HOSTS", "*.pkg.dev", "names of Google Cloud in every region"],
    ["FREEHOLD_HOSTS", "us-docker.pkg.dev", "(us)"],
    ["FREEHOLD_REGISTRIES", "iad.ocir.io", "the United States (us-ashburn-1, Oracle Cloud)"],
    ["FREEHOLD_HOSTS", "*.us-east-1.amazonaws.com", "the United States (us-east-1, AWS)"],
    ["FREEHOLD_HOSTS", "bucket.s3.us-east-1.amazonaws.com", "the United States (us-east-1, AWS)"],
    ["FREEHOLD_HOSTS", "*.api.openai.com", "OpenAI"],
    ["FREEHOLD_HOSTS", "https://example.de", "host name"],
    ["FREEHOLD_REGISTRIES", "*.amazonaws.com", "names of AWS in every region"],
    ["FREEHOLD_REGISTRIES", "ghcr.io/alpen", "GitHub"],
    ["FREEHOLD_ACCOUNTS", "*", "an AWS account"],
    ["FREEHOLD_ACCOUNTS", "1111 2222 3333", "an AWS account"],
    ["FREEHOLD_ACCOUNTS", "11112222333", "an AWS account"],
  ])("is not widened to strangers by %s=%s", (name, value, found) => {
    const judged = () => declared({ FREEHOLD_COUNTRY: "DE", [name]: value }, {});
    expect(judged).toThrow(Undeclared);
    expect(judged).toThrow(found);
  });

  it.each(["https://u:Zx81/Planted@example.com", "u:Zx81Planted@example.com"])(
    "is refused without what stands before the host in %s",
    (value) => {
      const judged = () => declared({ FREEHOLD_COUNTRY: "DE", FREEHOLD_HOSTS: value }, {});
      expect(judged).toThrow(/\*\*\*@example\.com in FREEHOLD_HOSTS/);
      expect(judged).not.toThrow(/Planted/);
    },
  );

  it.each([
    ["FREEHOLD_HOSTS", "*.eu-central-1.amazonaws.com"],
    ["FREEHOLD_HOSTS", "*.germanywestcentral.cloudapp.azure.com"],
    ["FREEHOLD_HOSTS", "alpen.blob.core.windows.net"],
    ["FREEHOLD_HOSTS", "*.alpen.github.io"],
    ["FREEHOLD_HOSTS", "10.0.0.7"],
    ["FREEHOLD_HOSTS", "*.amt.bund.de"],
    ["FREEHOLD_REGISTRIES", "111122223333.dkr.ecr.eu-central-1.amazonaws.com/mirror"],
    ["FREEHOLD_REGISTRIES", "fra.ocir.io/alpen"],
    ["FREEHOLD_ACCOUNTS", "111122223333"],
    ["FREEHOLD_ACCOUNTS", "0F8FAD5B-D9CB-469F-A165-70867728950E"],
    ["FREEHOLD_ACCOUNTS", "amt-prod-1"],
  ])("takes %s=%s", (name, value) => {
    const { origins } = declared({ FREEHOLD_COUNTRY: "DE", [name]: value }, {});
    expect(origins).toContainEqual({ what: expect.any(String), value, from: name });
  });
});

describe("a declaration file", () => {
  const path = join(folder, "declaration.yaml");
  const write = (...lines: string[]) => writeFileSync(path, `${lines.join("\n")}\n`);
  const refused = (env: NodeJS.ProcessEnv = {}) => {
    try {
      declared({ FREEHOLD_DECLARATION: path, ...env }, {});
    } catch (error) {
      if (error instanceof CountryFaults) return error.faults;
      throw error;
    }
    throw new Error("it was accepted");
  };

  it("says all that variables say, and what they cannot", () => {
    write(
      "# ours",
      "country: DE",
      'hosts: ["*.amt.example"]',
      "registries: [registry.amt.example]",
      "accounts:",
      '  - "111122223333"',
      "treaties: [{country: FR, classes: ['*'], because: GDPR}]",
      "waivers:",
      "  - rule: doors-stay-here",
      "    resource: aws:cloudfront/distribution:Distribution::website",
      "    because: Public website",
      "    approvedBy: security@amt.example",
      "    expires: 2027-03-31",
    );
    const { jurisdiction, waivers, origins } = declared(
      { FREEHOLD_DECLARATION: path, FREEHOLD_HOSTS: "b.example" },
      {},
    );
    expect(jurisdiction).toMatchObject({
      country: "DE",
      hosts: ["*.amt.example", "b.example"],
      registries: ["registry.amt.example"],
      accounts: ["111122223333"],
      treaties: [{ country: "FR", classes: ["*"], because: "GDPR" }],
    });
    expect(waivers).toMatchObject([{ rule: "doors-stay-here", expires: "2027-03-31" }]);
    expect(origins).toEqual([
      { what: "country", value: "DE", from: `${path}:2` },
      { what: "host", value: "*.amt.example", from: `${path}:3` },
      { what: "registry", value: "registry.amt.example", from: `${path}:4` },
      { what: "account", value: "111122223333", from: `${path}:6` },
      { what: "treaty", value: "FR for *: GDPR", from: `${path}:7` },
      {
        what: "waiver",
        value: "doors-stay-here on aws:cloudfront/distribution:Distribution::website",
        from: `${path}:9`,
      },
      { what: "host", value: "b.example", from: "FREEHOLD_HOSTS" },
    ]);
  });

  it("may leave the country to a variable, but not contradict it", () => {
    write("hosts: [a.example]");
    expect(declared({ FREEHOLD_DECLARATION: path, FREEHOLD_COUNTRY: "DE" }, {}).jurisdiction.hosts).toEqual([
      "a.example",
    ]);
    expect(() => declared({ FREEHOLD_DECLARATION: path }, {})).toThrow("no jurisdiction is declared");
    write("country: CH");
    expect(() => declared({ FREEHOLD_DECLARATION: path, FREEHOLD_COUNTRY: "DE" }, {})).toThrow(
      `FREEHOLD_COUNTRY says DE, ${path}:1 says CH`,
    );
  });

  it.each([
    ["a host of strangers", 'hosts:\n  - "*.amazonaws.com"', 3, "hosts[0]", "which covers names of AWS"],
    ["a public service", "registries: [docker.io]", 2, "registries[0]", "Docker Hub"],
    ["a key that means nothing", "host: [a.example]", 2, "host", "the key host"],
    ["a number for an account", "accounts: [111122223333]", 2, "accounts[0]", "the number 111122223333"],
    ["a number that lost its zero", "accounts: [012345678901]", 2, "accounts[0]", "012345678901, which"],
    [
      "a treaty with itself",
      "treaties: [{country: DE, classes: [a], because: b}]",
      2,
      "treaties[0].country",
      "the country itself",
    ],
    ["a treaty with nobody", "treaties: [{country: XX, classes: [a], because: b}]", 2, "treaties[0].country", "XX"],
    [
      "a treaty for no class",
      "treaties: [{country: FR, classes: [], because: b}]",
      2,
      "treaties[0].classes",
      "an empty list",
    ],
    [
      "a waiver without a reason",
      "waivers: [{rule: a, resource: b, approvedBy: c, expires: 2027-01-01}]",
      2,
      "waivers[0].because",
      "nothing",
    ],
    [
      "a waiver whose text turns around",
      'waivers: [{rule: a, resource: b, because: "no \\u202Eatad", approvedBy: d, expires: 2027-01-01}]',
      2,
      "waivers[0].because",
      "no ",
    ],
    [
      "a waiver until no day",
      "waivers: [{rule: a, resource: b, because: c, approvedBy: d, expires: 2027-02-30}]",
      2,
      "waivers[0].expires",
      "2027-02-30",
    ],
    [
      "a waiver that switches a guard off",
      "waivers: [{rule: a, resource: b, because: c, approvedBy: d, expires: 2027-01-01, force: true}]",
      2,
      "waivers[0].force",
      "the key force",
    ],
    ["a star without quotes", "hosts: [*.amt.example]", 2, "", "*.amt.example, which YAML takes"],
    ["a second country", "country: FR", 2, "country", "for the second time"],
  ])("is refused with %s: line, path, found", (_, text, line, where, found) => {
    write("country: DE", text);
    const [fault] = refused();
    expect(fault).toMatchObject({ file: path, path: where, found: expect.stringContaining(found) });
    expect(fault!.line).toBe(line);
    expect(fault!.remedy).not.toContain("freehold:");
  });

  it("is refused with no section, and says how to begin one", () => {
    write("- DE");
    expect(refused()).toMatchObject([{ remedy: "begin with  country:  and a country's code" }]);
    write("");
    expect(refused()).toMatchObject([{ found: "an empty file", remedy: "begin with  country:  and a country's code" }]);
  });
});

describe("the guards in a stack's configuration", () => {
  it("are read as strictly as those of a file", () => {
    const guards = (value: unknown) => () =>
      declared({ FREEHOLD_COUNTRY: "DE" }, { "freehold:guards": JSON.stringify(value) });
    expect(guards({ hosts: ["*.amt.example"] })().origins).toContainEqual({
      what: "host",
      value: "*.amt.example",
      from: "freehold:guards of the stack's configuration",
    });
    for (const [value, found] of [
      [{ hosts: ["*"] }, "freehold:guards.hosts[0]"],
      [{ hosts: ["*.amazonaws.com"] }, "names of AWS in every region"],
      [{ weaken: true }, "the key weaken"],
      [[], "freehold:guards"],
    ] as const) {
      expect(guards(value)).toThrow(CountryFaults);
      expect(guards(value)).toThrow(found);
    }
    expect(() => declared({ FREEHOLD_COUNTRY: "DE" }, { "freehold:guards": "off" })).toThrow(Undeclared);
  });

  it("are one with those of the country file that says the same", () => {
    const { waivers } = declared(
      { FREEHOLD_COUNTRY: file },
      { "freehold:country": "CH", "freehold:guards": JSON.stringify(loadCountry(file).guards) },
    );
    expect(waivers).toHaveLength(1);
  });
});
