import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import type * as pulumi from "@pulumi/pulumi";

// More than a year, so that this day last year can be looked at, and than any duty in the catalogue to keep such logs.
const retentionInDays = 400;

/** A group of logs in the region, encrypted with the country's key and emptied after some time. */
export function logGroup(name: string, path: string, key: pulumi.Input<string>, opts: pulumi.CustomResourceOptions) {
  // Whoever writes to a group that is not there makes one that is neither encrypted nor ever emptied.
  return new LogGroup(name, { name: path, kmsKeyId: key, retentionInDays }, opts);
}
