import { addon } from "../../catalogue/index.ts";
import type { ClusterNode, ClusterState } from "../cloud.ts";
import type { Finding } from "../country/fault.ts";
import type { Country } from "../country.ts";
import { chooseNodes, shareNodes } from "./choose-nodes.ts";
import { migLayout, migState } from "./node-fit.ts";

/** What the cluster's nodes lack of what the pools declare, or what on them stands in its way. */
export function judgeNodes({ pools, addons, target }: Country, { nodes }: Pick<ClusterState, "nodes">): Finding[] {
  const shares = shareNodes(pools, nodes, addons);
  const kubectl = `kubectl --context ${target.context}`;
  return Object.entries(pools).flatMap(([name, pool]): Finding[] => {
    const choice = chooseNodes(name, pool, shares[name]!, addons);
    if ("shortage" in choice) {
      const remedy = `declare what is there, or add and label nodes: ${kubectl} get nodes --show-labels`;
      return [{ at: ["pools", name, "nodes"], found: choice.found, allowed: choice.allowed, remedy }];
    }
    if (pool.sharing.kind !== "mig") return [];
    return [
      ...(addons["gpu-operator"]?.mode === "existing" ? otherStrategy(name, choice.nodes, kubectl) : []),
      ...failedLayout(name, pool.sharing.profile, choice.nodes, kubectl),
    ];
  });
}

/** Under another strategy, instances are advertised as whole GPUs, or not at all. */
function otherStrategy(name: string, nodes: ClusterNode[], kubectl: string): Finding[] {
  const label = "nvidia.com/mig.strategy";
  const others = nodes.filter((node) => node.labels[label] !== "mixed");
  if (others.length === 0) return [];
  const patch = `-p '{"spec":{"mig":{"strategy":"mixed"}}}'`;
  return [
    {
      at: ["pools", name, "sharing"],
      found: `${label}=${others[0]!.labels[label] ?? ""} on ${listed(others)}`,
      allowed: "the mixed strategy, under which each profile is a resource of its own",
      remedy: `${kubectl} patch clusterpolicy cluster-policy --type merge ${patch}`,
    },
  ];
}

function failedLayout(name: string, profile: string, nodes: ClusterNode[], kubectl: string): Finding[] {
  const asked = Object.entries(migLayout(profile));
  const failed = nodes.filter(
    ({ labels }) => labels[migState] === "failed" && asked.every(([key, value]) => labels[key] === value),
  );
  const [first] = failed;
  if (!first) return [];
  const again = `${kubectl} -n ${addon("gpu-operator").namespace} delete pod -l app=nvidia-mig-manager --field-selector spec.nodeName=${first.name}`;
  return [
    {
      at: ["pools", name, "sharing", "profile"],
      found: `${migState}=failed on ${listed(failed)}: the MIG manager could not cut the GPUs`,
      allowed: "GPUs that nothing uses while they are cut, and a profile that their driver knows",
      remedy: `${kubectl} drain ${first.name} --ignore-daemonsets, then ${again}, which tries again`,
    },
  ];
}

function listed(nodes: ClusterNode[]): string {
  const names = nodes.slice(0, 3).map((node) => node.name);
  return [...names, ...(nodes.length > 3 ? [`${nodes.length - 3} more`] : [])].join(", ");
}
