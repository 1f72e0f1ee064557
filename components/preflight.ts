import { addon, kubernetes } from "../catalogue/index.ts";
import { namespaceOwner } from "./addon.ts";
import type { ClusterState } from "./cloud.ts";
import type { Finding } from "./country/fault.ts";
import { neededAddons } from "./country/needed-addons.ts";
import type { Country } from "./country.ts";
import { storageFindings } from "./storage/findings.ts";

/** What the cluster lacks of what the country declares, or has in its way, before anything is made in it. */
export function preflight(country: Country, cluster: ClusterState): Finding[] {
  return [
    ...oldKubernetes(country, cluster),
    ...missingAddons(country, cluster),
    ...foreignAddons(country, cluster),
    ...storageFindings(country, cluster),
  ];
}

function oldKubernetes({ target }: Country, { version }: ClusterState): Finding[] {
  const { minimum, proven } = kubernetes();
  if (minorOf(version) >= minorOf(minimum)) return [];
  return [
    {
      at: ["target", "context"],
      found: `Kubernetes ${version} at context ${target.context}`,
      allowed: `Kubernetes ${minimum} or later (proven: ${proven}): older ones drop a model's image volume without a word`,
      remedy: "upgrade the cluster, or name the context of a newer one",
    },
  ];
}

/** Add-ons that the cluster is said to have, and that serve nothing. */
function missingAddons(country: Country, { serves }: ClusterState): Finding[] {
  return chosen(country, "existing").flatMap(({ id, at, version, facts }) => {
    const missing = facts.serves.filter((groupVersion) => !serves.includes(groupVersion));
    if (missing.length === 0) return [];
    const installable = facts.modes.includes("install");
    return [
      {
        at,
        found: `no ${missing.join(", ")} at context ${country.target.context}`,
        allowed: `a cluster that has ${facts.is} ${version}, as mode: existing says`,
        remedy: `install it first (${facts.install})${installable ? `, or write  addons.${id}: { mode: install }` : ""}`,
      },
    ];
  });
}

/** Add-ons that Freehold would install beside what somebody else has put there: two of them fight over every object. */
function foreignAddons(country: Country, { namespaces, rehearsal, serves }: ClusterState): Finding[] {
  // A rehearsal's definitions stay when the country is taken away.
  if (rehearsal) return [];
  return chosen(country, "install").flatMap(({ id, at, facts }) => {
    // A plugin joins the operator that is there, in a namespace that is nobody's proof.
    if (country.addons[namespaceOwner(id)]?.mode === "existing") return [];
    const there = facts.serves.filter((groupVersion) => serves.includes(groupVersion));
    const ours = namespaces[facts.namespace]?.["app.kubernetes.io/part-of"] === "freehold";
    const taken = facts.charts.length > 0 && facts.namespace in namespaces;
    if (ours || (there.length === 0 && !taken)) return [];
    const found = [
      ...(there.length > 0 ? [`${there.join(", ")} served already`] : []),
      ...(taken ? [`a namespace ${facts.namespace} that Freehold did not make`] : []),
    ].join(" and ");
    return [
      {
        at,
        found: `${found} at context ${country.target.context}`,
        allowed: `a cluster without ${facts.is}, or mode: existing`,
        remedy: `write  addons.${id}: { mode: existing }  or take the other one out of the cluster`,
      },
    ];
  });
}

/** Add-ons of one mode, each with the place in the file that needs it. */
function chosen(country: Country, mode: "install" | "existing") {
  const needed = neededAddons(country);
  return Object.entries(country.addons)
    .filter(([, choice]) => choice.mode === mode)
    .map(([id, { version }]) => {
      const at = needed.get(id)?.split(".") ?? ["addons", id];
      return { id, at, version, facts: addon(id, version) };
    });
}

/** `v1.36.1+rke2r1` as a number that orders: 1036. */
function minorOf(version: string): number {
  const [, major = "0", minor = "0"] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) * 1000 + Number(minor);
}
