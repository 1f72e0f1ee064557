import type { TargetOf } from "../target.ts";

/** Where a country stands on AWS, every default applied: `target` of the country file. */
export type AwsTarget = TargetOf<"aws">;

/** How a country's nodes of one pool are had on AWS. */
export type AwsNodeGroupTarget = AwsTarget["nodeGroups"][string];
