/** Names that other objects refer to. They are contract: renaming one moves workloads. */
export const platformNames = {
  models: "freehold-models",
  gateway: "freehold-gateway",
  storage: "freehold-storage",
  monitoring: "freehold-monitoring",
  platformPriority: "freehold-platform",
  servingPriority: "freehold-serving",
  tenantPriority: "freehold-tenant",
} as const;

/** Name of what compares the usage records with what was counted. */
export const reconciliationName = "reconciliation";

/** Who goes before whom where room is short. */
export const priorities = { platform: 1_000_000, serving: 100_000, tenant: 1_000 } as const;
