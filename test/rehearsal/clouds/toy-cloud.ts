import type { Cloud } from "../../../rehearsal/clouds/cloud.ts";
import { CloudError } from "../../../rehearsal/clouds/cloud-error.ts";
import { SdkShapes } from "../../../rehearsal/clouds/sdk-shapes.ts";

const shapes = new SdkShapes("@pulumi/aws");
let made = 0;

/** The smallest cloud that has everything a cloud can have; the shapes are those of AWS types. */
export const toyCloud: Cloud<{ place: string }> = {
  package: "aws",
  version: "0.0.1",
  shapes,
  movedBy: ["region"],
  checkConfig: ({ region }) => (region ? [] : [{ property: "region", reason: "a region is needed" }]),
  configure: ({ region }) => ({ place: String(region) }),
  types: {
    "aws:ec2/vpc:Vpc": {
      immutable: ["cidrBlock"],
      make: () => ({ id: `vpc-${++made}`, outputs: { arn: `arn:vpc-${made}` } }),
    },
    "aws:ec2/subnet:Subnet": {
      immutable: ["vpcId"],
      waits: true,
      takesMachines: true,
      references: [
        {
          at: "vpcId",
          to: ["aws:ec2/vpc:Vpc"],
          missing: (id) => new CloudError("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`),
        },
      ],
      make: () => ({ id: `subnet-${++made}`, outputs: {} }),
      settle: async ({ inputs }) => {
        if (inputs.cidrBlock === "0.0.0.0/0") throw new CloudError("TooWide", "it failed after a while");
        return { arn: "arn:settled" };
      },
    },
    "aws:iam/role:Role": {
      autoname: { property: "name", maxLength: 20, unless: ["namePrefix"] },
      immutable: ["name", "path"],
      judge: ({ world, inputs, before }) => {
        if (!before && world.get("aws:iam/role:Role", String(inputs.name)))
          throw new CloudError("EntityAlreadyExists", `Role with name ${inputs.name} already exists.`, 409);
      },
      make: ({ inputs }) => ({ id: String(inputs.name), outputs: { arn: `arn:${inputs.name}` } }),
    },
    "aws:kms/key:Key": {
      defaults: { enableKeyRotation: false },
      secretOutputs: ["keyId"],
      make: () => ({ id: `key-${++made}`, outputs: { keyId: `key-${made}` } }),
      leaves: () => ({ deletionDate: "2026-12-22" }),
    },
  },
  functions: {
    "aws:index/getCallerIdentity:getCallerIdentity": ({ settings }) => ({ accountId: settings.place }),
  },
  wording: {
    refused: (error, verb, type, name) => `${verb} ${type} ${name}: ${error.code}: ${error.message}`,
    unknownProperty: (path, near) => `unknown ${path}${near ? `, meant ${near}?` : ""}`,
    missingProperty: (path) => `missing ${path}`,
    wrongType: (path, expected, found) => `${path} is ${found}, not ${expected}`,
    notOneOf: (path, value) => `${path} cannot be ${value}`,
  },
  faultError: (fault) => new CloudError(fault, `it was told to: ${fault}`, 503),
};
