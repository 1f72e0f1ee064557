import { Provider } from "@pulumi/aws/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTarget } from "./target.ts";

type Whose = { country: string; target: Pick<AwsTarget, "region" | "account" | "cluster"> };

/** The only way to AWS: one account, one region, whatever the caller's environment says. */
export function awsProvider({ country, target }: Whose, opts: pulumi.ResourceOptions): Provider {
  return new Provider(
    "aws",
    {
      region: target.region,
      allowedAccountIds: [target.account],
      defaultTags: {
        tags: {
          "app.kubernetes.io/part-of": "freehold",
          "freehold:country": country,
          "freehold:cluster": target.cluster,
        },
      },
    },
    opts,
  );
}
