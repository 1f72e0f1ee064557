import { describe, expect, it } from "vitest";
import { doorAnnotations } from "../../../../components/clouds/azure/door-annotations.ts";
import { kubeconfigOf } from "../../../../components/clouds/azure/kubeconfig.ts";
import { agentPoolName, assignmentName, azureNames, vaultNames } from "../../../../components/clouds/azure/names.ts";
import { azureRanges } from "../../../../components/clouds/azure/ranges.ts";
import { securityRules } from "../../../../components/clouds/azure/security-rules.ts";
import { vmSizeOf } from "../../../../components/clouds/azure/vm-size.ts";
import { givenOut } from "./answered.ts";
import { azureCountry } from "./planned.ts";

const { target } = azureCountry();

describe("names on Azure", () => {
  const long = azureNames({ ...target, cluster: "freehold-of-a-country-with-a-very-long-name-indeed" });

  it("keep to the lengths and letters that Azure has room for", () => {
    for (const names of [azureNames(target), long]) {
      expect(names.storageAccount).toMatch(/^[a-z\d]{3,24}$/);
      expect(names.registry).toMatch(/^[a-z\d]{5,50}$/);
    }
  });

  it("are always the same for one cluster, and others in another subscription", () => {
    expect(azureNames(target)).toEqual(azureNames({ ...target }));
    const elsewhere = azureNames({ ...target, subscription: target.tenant });
    for (const name of ["storageAccount", "registry"] as const) {
      expect(elsewhere[name]).not.toBe(azureNames(target)[name]);
    }
  });

  it("are many for a vault, of which none ends another's", () => {
    const names = vaultNames({ ...target, cluster: "freehold-of-a-country-with-a-very-long-name" });
    for (const name of names) expect(name).toMatch(/^[a-z](?!.*--)[a-z\d-]{1,22}[a-z\d]$/);
    const others = vaultNames({ ...target, cluster: "freehold-of-a-country-with-another-name" });
    expect(new Set([...names, ...others]).size).toBe(40);
  });

  it("make a GUID of a role assignment's purpose, one for each", () => {
    const [one, other] = ["pulls-images", "joins-network"].map((purpose) => assignmentName(target, purpose));
    expect(one).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-9[\da-f]{3}-[\da-f]{12}$/);
    expect(one).not.toBe(other);
  });

  it.each([
    ["a100", "a100"],
    ["h100-training", "ph100t70ff5a"],
    ["system", expect.stringMatching(/^psyste[\da-f]{6}$/)],
    ["8b", expect.stringMatching(/^p8b[\da-f]{6}$/)],
  ])("fit pool %s into an agent pool", (pool, name) => {
    expect(agentPoolName(pool)).toEqual(name);
    expect(agentPoolName(pool)).toMatch(/^[a-z][a-z\d]{0,11}$/);
  });

  it("tell pools apart that Azure would name alike", () => {
    expect(agentPoolName("h100-training-a")).not.toBe(agentPoolName("h100-training-b"));
  });
});

describe("the ranges of a network", () => {
  it.each([
    ["10.64.0.0/16", ["10.64.0.0/17", "10.64.128.0/19", "10.64.160.0/19", "10.64.192.0/19"]],
    ["192.168.16.0/20", ["192.168.16.0/21", "192.168.24.0/23", "192.168.26.0/23", "192.168.28.0/23"]],
  ])("of %s lie in it and beside each other", (cidr, parts) => {
    expect(Object.values(azureRanges(cidr))).toEqual(parts);
  });

  it.each(["10.244.0.0/16", "10.245.128.0/20"])("refuse %s, which pods or Services have", (cidr) => {
    expect(() => azureRanges(cidr)).toThrow(/overlaps 10\.24[45]\.0\.0\/16.*pods and Services/s);
  });
});

describe("the rules of a network", () => {
  const named = (network: typeof target.network) => securityRules(network).map(({ name }) => name);

  it("let nothing out where no appliance is declared, and nobody in but those who may", () => {
    expect(named(target.network)).toEqual(["own", "probes", "callers", "nobody-else", "nothing-out"]);
    expect(securityRules(target.network).at(-1)).toMatchObject({
      direction: "Outbound",
      access: "Deny",
      destinationAddressPrefix: "Internet",
    });
  });

  it("leave the way out to the appliance where there is one, and name no callers where none are", () => {
    const egress = { kind: "appliance" as const, nextHop: "10.20.0.4" };
    expect(named({ ...target.network, callers: [], egress })).toEqual(["own", "probes", "nobody-else"]);
  });
});

describe("the VM size of a pool", () => {
  const pool = { accelerator: "a100-pcie-80", gpusPerNode: 1 };

  it("is the smallest with exactly its GPUs in the region", () => {
    expect(vmSizeOf("a", pool, {}, "brazilsouth")).toBe("Standard_NC24ads_A100_v4");
    expect(vmSizeOf("a", { ...pool, gpusPerNode: 4 }, {}, "brazilsouth")).toBe("Standard_NC96ads_A100_v4");
  });

  it("has InfiniBand where the pool talks over it", () => {
    const large = { accelerator: "a100-sxm-80", gpusPerNode: 8, rdma: { resource: "rdma/ib", perNode: 1 } };
    expect(vmSizeOf("a", large, {}, "brazilsouth")).toBe("Standard_ND96amsr_A100_v4");
    expect(() => vmSizeOf("a", { ...pool, rdma: large.rdma }, {}, "brazilsouth")).toThrow(/InfiniBand/);
  });

  it("is the declared one, also where the catalogue does not know it yet", () => {
    expect(vmSizeOf("a", pool, { vmSize: "Standard_NC24ads_A100_v4" }, "norwayeast")).toBe("Standard_NC24ads_A100_v4");
    expect(vmSizeOf("a", pool, { vmSize: "Standard_ND256_Z900_v9" }, "brazilsouth")).toBe("Standard_ND256_Z900_v9");
  });

  it.each([
    ["GPUs that no size has", { ...pool, gpusPerNode: 3 }, {}, "brazilsouth", /no size of Azure.*gpusPerNode/s],
    ["a region that has none", pool, {}, "germanynorth", /no size of these listed in germanynorth/],
    ["a size with other GPUs", pool, { vmSize: "Standard_NC48ads_A100_v4" }, "brazilsouth", /with 2 x a100-pcie-80/],
  ])("is refused for %s, with what is allowed", (_, asked, declared, location, message) => {
    expect(() => vmSizeOf("a", asked, declared, location)).toThrow(message);
  });
});

describe("the kubeconfig that AKS gives out", () => {
  const encoded = (text: string) => Buffer.from(text).toString("base64");

  it("gets one context of the country's own name, and asks nobody for a code", () => {
    const config = JSON.parse(kubeconfigOf(encoded(givenOut), "freehold-br"));
    expect(config["current-context"]).toBe("freehold-br");
    expect(config.contexts).toEqual([
      { name: "freehold-br", context: { cluster: "freehold-br", user: "freehold-br" } },
    ]);
    expect(config.clusters[0].cluster.server).toBe("https://freehold-br.privatelink.brazilsouth.azmk8s.io:443");
    expect(config.users[0].user.exec.args.join(" ")).toContain("--login azurecli");
    expect(config.users[0].user.exec.command).toBe("kubelogin");
  });

  it("keeps a user that needs no program", () => {
    const certificate = givenOut.replace(
      / {4}exec:[\s\S]*/,
      "    client-certificate-data: Yw==\n    client-key-data: aw==\n",
    );
    const { users } = JSON.parse(kubeconfigOf(encoded(certificate), "here"));
    expect(users).toEqual([{ name: "here", user: { "client-certificate-data": "Yw==", "client-key-data": "aw==" } }]);
  });

  it("is refused when it names no cluster", () => {
    expect(() => kubeconfigOf(encoded("clusters: []\nusers: []\n"), "here")).toThrow(/clusters/);
  });
});

it("the door has an address of the country's network, for that network and its callers", () => {
  expect(doorAnnotations(target)).toEqual({
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/azure-load-balancer-internal-subnet": "doors",
    "service.beta.kubernetes.io/azure-allowed-ip-ranges": "10.64.0.0/16,10.244.0.0/16,10.20.0.0/16",
  });
});
