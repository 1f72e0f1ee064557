/** Pods with these labels on different nodes, and in different zones, where there is a choice: a full cluster keeps none from starting. */
export function spread(matchLabels: Record<string, string>) {
  return ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels },
  }));
}
