import type { Case } from "../refusal-world.ts";

/** What AWS refuses of every resource. */
export const everythingRefusals: Case[] = [
  [
    "a tag of AWS's own",
    "ec2/vpc:Vpc",
    () => ({ cidrBlock: "10.0.0.0/16", tags: { "aws:x": "1" } }),
    "tag keys cannot begin with aws:",
  ],
  [
    "too many tags",
    "ec2/vpc:Vpc",
    () => ({
      cidrBlock: "10.0.0.0/16",
      tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, "v"])),
    }),
    "at most 50 tags",
  ],
  [
    "a region that the account has not enabled",
    "ec2/vpc:Vpc",
    () => ({ cidrBlock: "10.0.0.0/16", region: "me-central-1" }),
    "me-central-1 is a region that the account has not enabled",
  ],
];
