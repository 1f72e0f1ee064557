import type { AddonValues } from "../addon.ts";

/** Backups of the records' database to the object store, as a plugin beside the operator, in its namespace. */
export const barmanCloud: AddonValues = {
  // The operator and the plugin know each other by certificates.
  after: ["cert-manager", "cloudnative-pg"],
  podSecurity: "restricted",
  answers: [],
  holdsData: true,
};
