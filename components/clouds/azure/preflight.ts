import { azureSize } from "../../../catalogue/index.ts";
import type { Finding } from "../../country/fault.ts";
import { machineType } from "../../country/machine-type.ts";
import type { Country } from "../../country.ts";
import { ask, unsaid } from "../command-line.ts";
import type { TargetOf } from "../target.ts";
import { judgeStandingKeys } from "./standing-keys.ts";

type Target = TargetOf<"azure">;
type Asking = Pick<Country, "pools"> & {
  target: Target;
  /** Name for the vault of the keys, as far as Azure said which one is free. */
  vault: string | undefined;
};
/** Machines of one size: of a pool, or the system's own. */
type Taken = { pool?: string; size: string; vcpus: number; zone?: string; spot: boolean };
type Sku = {
  name: string;
  family: string;
  locationInfo: { zones: string[] }[];
  restrictions: { type: "Location" | "Zone"; reasonCode: string; restrictionInfo: { zones?: string[] } }[];
};
type Usage = { name: { value: string; localizedValue: string }; limit: string | number };

/**
 * What Azure itself says is missing of what the country file needs: the right subscription, sizes in their zones, quota, a Kubernetes
 * version that it still makes, the keys that stand. Asked by the `az` command line, with whose credentials the update runs too.
 */
export async function azurePreflight(country: Asking): Promise<Finding[]> {
  const { target } = country;
  const who = await ask<{ id: string; tenantId: string }>("az", "account", "show", "--output", "json");
  if ("why" in who) return [unanswered(target, who.why, who.said)];
  const { id, tenantId } = who.answer;
  if (id !== target.subscription || tenantId !== target.tenant) return [otherSubscription(target, id, tenantId)];
  const taken = takenBy(country);
  const asked = await Promise.all([missingSizes(target, taken), oldVersion(target), judgeStandingKeys(target)]);
  return [...(country.vault === undefined ? [noVault(target)] : []), ...asked.flat()];
}

function unanswered({ subscription }: Target, why: "absent" | "refused", said: string): Finding {
  const absent = why === "absent";
  return {
    at: ["target", "subscription"],
    found: absent ? "no az command line on this machine" : `Azure answers nobody here: ${said}`,
    allowed: `the az command line, logged in to subscription ${subscription}; kubelogin beside it reaches the cluster`,
    remedy: absent
      ? "install the Azure CLI and kubelogin, then: az login"
      : `az login, then: az account set --subscription ${subscription}`,
  };
}

function otherSubscription({ subscription, tenant }: Target, id: string, tenantId: string): Finding {
  return {
    at: ["target", "subscription"],
    found: `a login to subscription ${id} of tenant ${tenantId}`,
    allowed: `subscription ${subscription} of tenant ${tenant}, the only one that is touched`,
    remedy: `az login --tenant ${tenant}, then: az account set --subscription ${subscription}`,
  };
}

function takenBy({ pools, target }: Asking): Taken[] {
  const { vmSize, nodes } = target.systemNodes;
  const system = { size: vmSize, vcpus: (azureSize(vmSize)?.vcpus ?? 0) * nodes, spot: false };
  const ofPools = Object.entries(pools).flatMap(([pool, declared]): Taken[] => {
    const { vmSize, zone, capacity } = target.nodePools[pool]!;
    const machine = machineType("Azure", declared, { declared: vmSize, region: target.location });
    // Reserved machines count against no quota, and stand where they were reserved.
    if (!machine || capacity.kind === "reservation") return [];
    const { id: size, vcpus } = machine;
    const spot = capacity.kind === "spot";
    return [{ pool, size, vcpus: vcpus * declared.nodes, zone: zone ?? target.network.zones[0], spot }];
  });
  return [...ofPools, system];
}

async function missingSizes({ location }: Target, taken: Taken[]): Promise<Finding[]> {
  const place = ["--location", location, "--output", "json"];
  const [skus, usages] = await Promise.all([
    ask<Sku[]>("az", "vm", "list-skus", "--resource-type", "virtualMachines", "--all", ...place),
    ask<Usage[]>("az", "vm", "list-usage", ...place),
  ]);
  if ("why" in skus) return [unsaid("Azure", ["target", "location"], "Microsoft.Compute/skus/read", skus.said)];
  if ("why" in usages)
    return [unsaid("Azure", ["target", "location"], "Microsoft.Compute/locations/usages/read", usages.said)];
  const missing = taken.flatMap((each) => missingSize(each, skus.answer, location));
  return missing.length > 0 ? missing : missingQuota(taken, skus.answer, usages.answer, location);
}

function missingSize({ pool, size, zone }: Taken, skus: Sku[], location: string): Finding[] {
  const sku = skus.find(({ name }) => name === size);
  const at = pool === undefined ? ["target", "systemNodes", "vmSize"] : ["target", "nodePools", pool, "vmSize"];
  const closed = sku?.restrictions.find(({ type }) => type === "Location");
  if (!sku || closed) {
    return [
      {
        at,
        found: `${size}, which ${closed ? `is closed to this subscription in ${location} (${closed.reasonCode})` : `Azure does not offer in ${location}`}`,
        allowed: "sizes that the subscription may use there",
        remedy: closed
          ? `ask for it: portal, Help + support, Service and subscription limits, region ${location}, size ${size}`
          : "choose another size or accelerator: az vm list-skus",
      },
    ];
  }
  const shut = new Set(
    sku.restrictions.flatMap(({ type, restrictionInfo }) => (type === "Zone" ? (restrictionInfo.zones ?? []) : [])),
  );
  const zones = sku.locationInfo.flatMap((each) => each.zones).filter((each) => !shut.has(each));
  if (zone === undefined || zones.includes(zone)) return [];
  return [
    {
      at: ["target", "nodePools", pool!, "zone"],
      found: `${size}, which Azure does not offer in zone ${zone} of ${location}`,
      allowed:
        zones.length > 0
          ? `zone ${zones.sort().join(", ")}`
          : "a region with zones that have it, or no zones: network: { zones: [] }",
      remedy: zones[0] ? `write  target.nodePools.${pool}: { zone: "${zones[0]}" }` : "choose another size",
    },
  ];
}

/**
 * Regular nodes count against the quota of their family and that of the whole region, spot nodes against the region's own for
 * spot and no other.
 */
function missingQuota(taken: Taken[], skus: Sku[], usages: Usage[], location: string): Finding[] {
  const counted = taken.flatMap((each) => {
    const { family } = skus.find(({ name }) => name === each.size)!;
    return (each.spot ? ["lowPriorityCores"] : [family, "cores"]).map((quota) => ({ ...each, quota }));
  });
  return [...Map.groupBy(counted, ({ quota }) => quota)].flatMap(([quota, all]) => {
    const usage = usages.find(({ name }) => squeezed(name.value) === squeezed(quota));
    const vcpus = all.reduce((sum, each) => sum + each.vcpus, 0);
    const limit = Number(usage?.limit ?? 0);
    if (vcpus <= limit) return [];
    const name = usage?.name.value ?? quota;
    const { pool } = all[0]!;
    return [
      {
        at: pool === undefined ? ["target", "systemNodes", "nodes"] : ["pools", pool, "nodes"],
        found: `${vcpus} vCPUs of ${usage?.name.localizedValue ?? quota} in all, and the subscription's quota in ${location} is ${limit}: ${vcpus - limit} are missing`,
        allowed: `at most ${limit} vCPUs, or a larger quota`,
        remedy: `az quota update --resource-name "${name}" --scope /subscriptions/<subscription>/providers/Microsoft.Compute/locations/${location} --limit-object value=${vcpus}`,
      },
    ];
  });
}

/** A family as sizes and quotas both name it: one list writes some of them with spaces. */
function squeezed(family: string): string {
  return family.replaceAll(" ", "").toLowerCase();
}

async function oldVersion({ location, kubernetes }: Target): Promise<Finding[]> {
  const versions = await ask<{ values: { version: string }[] }>(
    "az",
    "aks",
    "get-versions",
    "--location",
    location,
    "--output",
    "json",
  );
  if ("why" in versions)
    return [
      unsaid(
        "Azure",
        ["target", "kubernetes"],
        "Microsoft.ContainerService/locations/kubernetesVersions/read",
        versions.said,
      ),
    ];
  const made = versions.answer.values.map(({ version }) => version);
  if (made.includes(kubernetes)) return [];
  return [
    {
      at: ["target", "kubernetes"],
      found: `Kubernetes ${kubernetes}, which AKS does not make in ${location}`,
      allowed: `one of ${made.join(", ")}`,
      remedy: `write  kubernetes: "${made.at(-1)}"`,
    },
  ];
}

function noVault({ subscription }: Target): Finding {
  return {
    at: ["target", "subscription"],
    found:
      "Azure does not say which name is free for the vault of the keys, or none is: a deleted vault keeps its own for 90 days",
    allowed:
      "credentials with the rights to Microsoft.KeyVault/vaults/read and Microsoft.KeyVault/deletedVaults/read, and a name that is free",
    remedy: `try it: az keyvault list-deleted --subscription ${subscription}`,
  };
}
