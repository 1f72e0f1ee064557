import type { TargetOf } from "../target.ts";

/** Who holds the keys of a country on AWS. */
export type AwsKeyHolder = { kind: "kms" } | { kind: "xks"; customKeyStore: string; externalKey: string };

/** Where a country stands on AWS, every default applied: `target` of the country file. */
export type AwsTarget = Omit<TargetOf<"aws">, "keys"> & {
  /** Who holds the keys, and who held those before, oldest first. */
  keys: AwsKeyHolder & { earlier?: AwsKeyHolder[] };
};

/** How a country's nodes of one pool are had on AWS. */
export type AwsNodeGroupTarget = AwsTarget["nodeGroups"][string];
