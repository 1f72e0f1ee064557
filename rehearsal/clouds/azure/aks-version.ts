import { aksVersions } from "../../../catalogue/azure-offering.ts";
import { CloudError } from "../cloud-error.ts";

type Asked = { version?: string; longTerm: boolean; location: string };

/** The version that AKS makes of what it is asked for: the newest patch of a minor version, the default where none is named. */
export function aksVersion({ version, longTerm, location }: Asked, code = "K8sVersionNotSupported"): string {
  const { general, longTerm: old } = aksVersions();
  const offered = longTerm ? [...old, ...general] : general;
  if (version === undefined) return newest(general.filter((one) => minorOf(one) === minorOf(general[0]!)))!;
  const found = newest(offered.filter((one) => one === version || minorOf(one) === version));
  if (found) return found;
  if (old.some((one) => one === version || minorOf(one) === version)) {
    throw new CloudError(
      code,
      `Version ${version} is only available for Long-Term Support (LTS). If you intend to onboard to LTS, please ensure the cluster is in Premium tier and LTS support plan.`,
    );
  }
  const minors = [...new Set(offered.map(minorOf))].join(", ");
  throw new CloudError(
    code,
    `Version ${version} is not supported in this region (${location}). Please use [az aks get-versions] command to get the supported version list in this region (${minors}).`,
  );
}

/** `1.35` of `1.35.6`. */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/** Refuses nodes that are newer than their control plane, or more than three minor versions older. */
export function requireSkew(nodes: string, controlPlane: string): void {
  const behind = minorNumber(controlPlane) - minorNumber(nodes);
  const newer = compare(nodes, controlPlane) > 0;
  if (!newer && behind <= 3) return;
  throw new CloudError(
    "NodePoolMcVersionIncompatible",
    `Node pool version ${nodes} and control plane version ${controlPlane} are incompatible. Minor version of node pool version can't be bigger than control plane version, nor more than three behind it.`,
  );
}

function newest(versions: string[]): string | undefined {
  return [...versions].sort(compare).at(-1);
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split(".").map(Number)) as [number[], number[]];
  return a.map((part, index) => part - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

function minorNumber(version: string): number {
  return Number(version.split(".")[1]);
}
