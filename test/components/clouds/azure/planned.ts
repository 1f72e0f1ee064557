import type { Ground } from "../../../../components/cloud.ts";
import { azureGround } from "../../../../components/clouds/azure/ground.ts";
import type { AzureCountry, AzureTarget } from "../../../../components/clouds/azure/target.ts";
import { jurisdictionOf } from "../../../../components/country/jurisdiction.ts";
import { parseCountry } from "../../../../components/country.ts";
import type { Resource } from "../../../../policies/fact.ts";
import { plan } from "../../../../policies/program.ts";

const subscription = "5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11";
const tenant = "c3a9e1d2-5f47-4b6a-8d2e-7c1b0a9f8e66";

/** Brazil, with its subscription and its tenant at home. */
export const brazil = jurisdictionOf("BR", { accounts: [subscription, tenant], hosts: ["*.nuvem-br.example"] });

/** Brazil on Azure, complete; `target` and `more` say what is different. */
export function azureCountry(target: Partial<AzureTarget> = {}, more: object = {}): AzureCountry {
  const country = parseCountry({
    country: "BR",
    operator: { name: "Nuvem BR", domain: "nuvem-br.example" },
    target: {
      kind: "azure",
      location: "brazilsouth",
      subscription,
      tenant,
      admins: ["8d1f2c3b-4a5e-4f60-9b7c-1d2e3f4a5b6c"],
      network: { egress: { kind: "appliance", nextHop: "10.20.0.4" } },
    },
    state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
    pools: { a100: { accelerator: "a100-pcie-80", nodes: 2, gpusPerNode: 1 } },
    models: { sabia: { model: "BSC-LT/salamandra-7b-instruct", pool: "a100" } },
    tenants: { receita: {} },
    ...more,
  });
  const nodePools = Object.fromEntries(
    Object.keys(country.pools).map((name) => [name, { osDiskGiB: 256, capacity: { kind: "on-demand" as const } }]),
  );
  return {
    ...country,
    country: "BR",
    target: {
      kind: "azure",
      location: "brazilsouth",
      place: "brazilsouth",
      context: "freehold-br",
      subscription,
      tenant,
      cluster: "freehold-br",
      kubernetes: "1.35",
      network: { cidr: "10.64.0.0/16", zones: ["1", "2", "3"], callers: ["10.20.0.0/16"], egress: { kind: "none" } },
      admins: ["8d1f2c3b-4a5e-4f60-9b7c-1d2e3f4a5b6c"],
      keys: { kind: "vault" },
      systemNodes: { vmSize: "Standard_D8s_v5", nodes: 3 },
      nodePools,
      ...target,
    },
  };
}

const plans = new Map<string, Promise<Resource[]>>();

/** What the ground of a country is planned to be. */
export function planned(country: AzureCountry): Promise<Resource[]> {
  const key = JSON.stringify(country);
  if (!plans.has(key))
    plans.set(
      key,
      plannedGround(country).then(({ resources }) => resources),
    );
  return plans.get(key)!;
}

/** The same, with what the ground answers. */
export async function plannedGround(country: AzureCountry): Promise<{ resources: Resource[]; ground: Ground }> {
  let ground: Ground | undefined;
  const resources = await plan(() => {
    ground = azureGround(country, {});
  });
  return { resources, ground: ground! };
}
