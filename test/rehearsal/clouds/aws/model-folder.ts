import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { awsCloud } from "../../../../rehearsal/clouds/aws/aws-cloud.ts";
import type { AwsType } from "../../../../rehearsal/clouds/aws/aws-type.ts";

type Shape = Record<string, unknown>;

/** A few shapes as AWS's models have them: enough to see that each kind of constraint says no. */
const known: Record<string, Record<string, Shape>> = {
  eks: {
    CreateNodegroupRequest: {
      type: "structure",
      members: {
        nodegroupName: { shape: "Name" },
        scalingConfig: { shape: "Scaling" },
        taints: { shape: "Taints" },
        labels: { shape: "Labels" },
        capacityType: { shape: "CapacityTypes" },
        amiType: { shape: "AMITypes" },
      },
    },
    Name: { type: "string", pattern: "[A-Za-z0-9][A-Za-z0-9_-]*", max: 63, min: 1 },
    Scaling: { type: "structure", members: { maxSize: { shape: "Capacity" }, minSize: { shape: "Zero" } } },
    Capacity: { type: "integer", min: 1 },
    Zero: { type: "integer", min: 0 },
    Taints: { type: "list", member: { shape: "Taint" }, max: 2 },
    Taint: { type: "structure", members: { key: { shape: "TaintKey" }, effect: { shape: "Effect" } } },
    TaintKey: { type: "string", min: 1, max: 63 },
    Effect: { type: "string", enum: ["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"] },
    Labels: { type: "map", key: { shape: "TaintKey" }, value: { shape: "TaintKey" } },
    CapacityTypes: { type: "string", enum: ["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"] },
    AMITypes: { type: "string", enum: ["AL2023_x86_64_STANDARD", "AL2023_x86_64_NVIDIA", "CUSTOM"] },
  },
  ec2: { InstanceType: { type: "string", enum: ["p5.48xlarge", "m7i.2xlarge", "t3.medium", "p4de.24xlarge"] } },
  s3: {
    PutBucketEncryptionRequest: {
      type: "structure",
      members: { ServerSideEncryptionConfiguration: { shape: "Configuration" } },
    },
    Configuration: { type: "structure", members: { Rules: { shape: "Rules" } } },
    Rules: { type: "list", member: { shape: "Rule" } },
    Rule: { type: "structure", members: { ApplyServerSideEncryptionByDefault: { shape: "Default" } } },
    Default: { type: "structure", members: { SSEAlgorithm: { shape: "Algorithm" } } },
    Algorithm: { type: "string", enum: ["AES256", "aws:kms", "aws:kms:dsse"] },
  },
};

/** A folder of models like those that the toolchain keeps: every operation is there, most of them without constraints. */
export function modelFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "freehold-models-"));
  const types = Object.values(awsCloud().types) as AwsType[];
  const requests = types.flatMap(({ request }) => (request ? [request] : []));
  for (const service of new Set(requests.map((one) => one.service))) {
    const shapes = { Anything: { type: "structure", members: {} }, ...known[service] } as Record<string, Shape>;
    const operations = Object.fromEntries(
      requests
        .filter((one) => one.service === service)
        .map(({ operation }) => {
          const shape = `${operation}Request` in shapes ? `${operation}Request` : "Anything";
          return [operation, { input: { shape } }];
        }),
    );
    writeFileSync(join(folder, `${service}.json.gz`), gzipSync(JSON.stringify({ operations, shapes })));
  }
  return folder;
}
