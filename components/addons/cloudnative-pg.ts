import type { AddonValues } from "../addon.ts";
import { podsIn, tcp } from "../network/peers.ts";
import { platformNames } from "../platform.ts";

/** The operator of the records' database. */
export const cloudnativePg: AddonValues = {
  after: [],
  podSecurity: "restricted",
  answers: [9443],
  holdsData: true,
  // It asks each instance how it is, and speaks to the database itself.
  door: () => ({ egress: [{ to: [podsIn(platformNames.storage)], ports: [tcp(8000), tcp(5432)] }] }),
  values: () => ({ "cloudnative-pg": { replicaCount: 2 } }),
};
