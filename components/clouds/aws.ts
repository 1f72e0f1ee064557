import type { Cloud } from "../cloud.ts";
import { doorAnnotations } from "./aws/door.ts";
import { awsGround } from "./aws/ground.ts";
import { awsPreflight } from "./aws/preflight.ts";
import { doorPort } from "./aws/public-door.ts";
import { newCluster } from "./new-cluster.ts";
import { targetOf } from "./target.ts";

/** An EKS cluster that Freehold makes in a region of AWS, with everything that it stands on. */
export const aws: Cloud = {
  inspect: async (country) => newCluster(country),
  preflight: (country) => awsPreflight({ ...country, target: targetOf(country, "aws") }),
  doorAnnotations: (country) => doorAnnotations(targetOf(country, "aws")),
  // EKS labels spot nodes and taints none.
  taints: () => ({}),
  doorPort: (country) => (targetOf(country, "aws").door.kind === "public" ? doorPort : undefined),
  ground: (country, _, opts) => awsGround({ ...country, target: targetOf(country, "aws") }, opts),
};
