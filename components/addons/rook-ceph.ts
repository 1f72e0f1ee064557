import type { AddonValues } from "../addon.ts";
import { rookValues } from "../storage/object-stores/rook-values.ts";

/** Ceph by Rook: the operator, and the drivers by which nodes mount its volumes. */
export const rookCeph: AddonValues = {
  after: ["cert-manager"],
  // Daemons open the nodes' disks, and drivers mount volumes on the nodes.
  podSecurity: "privileged",
  answers: [],
  holdsData: true,
  values: rookValues,
};
