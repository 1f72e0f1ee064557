import { type Case, group } from "../refusal-world.ts";

/** What AWS refuses by AWS's own models. */
export const modelsRefusals: Case[] = [
  [
    "a name of a wrong form",
    "eks/nodeGroup:NodeGroup",
    () => group({ nodeGroupName: "-new" }),
    "regular expression pattern: [A-Za-z0-9]",
  ],
  [
    "a name that is too long",
    "eks/nodeGroup:NodeGroup",
    () => group({ nodeGroupName: "n".repeat(64) }),
    "length less than or equal to 63",
  ],
  [
    "a number out of range",
    "eks/nodeGroup:NodeGroup",
    () => group({ scalingConfig: { minSize: 0, maxSize: 0, desiredSize: 0 } }),
    "Value '0' at 'scalingConfig.maxSize' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ],
  [
    "a value outside an enum",
    "eks/nodeGroup:NodeGroup",
    () => group({ capacityType: "CHEAP" }),
    "Value 'CHEAP' at 'capacityType' failed to satisfy constraint: Member must satisfy enum value set: [ON_DEMAND, SPOT, CAPACITY_BLOCK]",
  ],
  [
    "one in a list",
    "eks/nodeGroup:NodeGroup",
    () => group({ taints: [{ key: "a", effect: "NoSchedule" }] }),
    "Value 'NoSchedule' at 'taints[0].effect'",
  ],
  [
    "a list that is too long",
    "eks/nodeGroup:NodeGroup",
    () => group({ taints: ["a", "b", "c"].map((key) => ({ key, effect: "NO_EXECUTE" })) }),
    "at 'taints' failed to satisfy constraint: Member must have length less than or equal to 2",
  ],
  [
    "a key of a map",
    "eks/nodeGroup:NodeGroup",
    () => group({ labels: { ["k".repeat(64)]: "v" } }),
    "at 'labels' failed to satisfy constraint: Member must have length less",
  ],
  [
    "an instance type that does not exist",
    "eks/nodeGroup:NodeGroup",
    () => group({ instanceTypes: ["p9.48xlarge"] }),
    "instance types do not exist: [p9.48xlarge]",
  ],
  [
    "a value below a member that is spelt otherwise",
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    () => ({
      bucket: "freehold-in-records",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "rot13" } }],
    }),
    "Value 'rot13' at 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm'",
  ],
];
