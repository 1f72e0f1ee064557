import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsNodeGroupTarget } from "../target.ts";

export type LaunchArgs = {
  name: string;
  instanceType: string;
  securityGroup: pulumi.Input<string>;
  /** ARN of the key of the nodes' volumes, or of its alias. */
  volumeKey: pulumi.Input<string>;
  /** Size of the volume with system and images. */
  imageGiB: number;
  /** Elastic Fabric Adapters, one on each network card. */
  adapters: number;
  placementGroup?: pulumi.Input<string>;
  capacity: AwsNodeGroupTarget["capacity"];
};

/** How a node starts: on an encrypted volume, without a public address, with metadata that its pods do not reach. */
export function launchTemplate(name: string, args: LaunchArgs, inside: { parent: pulumi.Resource }): LaunchTemplate {
  const { capacity, placementGroup } = args;
  const tags = { Name: args.name };
  return new LaunchTemplate(
    name,
    {
      name: args.name,
      updateDefaultVersion: true,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // One hop ends on the node: a pod has a network of its own behind it, and gets its rights by Pod Identity instead.
        httpPutResponseHopLimit: 1,
        httpProtocolIpv6: "disabled",
        instanceMetadataTags: "disabled",
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: args.imageGiB,
            encrypted: "true",
            kmsKeyId: args.volumeKey,
            deleteOnTermination: "true",
          },
        },
      ],
      networkInterfaces: networkInterfaces(args),
      ...(placementGroup !== undefined && { placement: { groupName: placementGroup } }),
      ...("id" in capacity && {
        capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: capacity.id } },
      }),
      ...(capacity.kind === "capacity-block" && {
        instanceType: args.instanceType,
        instanceMarketOptions: { marketType: "capacity-block" },
      }),
      // The provider's own tags are on the template alone, and not on what is made from it.
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
    },
    inside,
  );
}

/** One interface, or one with an adapter on each network card, of which only the first has an address. */
function networkInterfaces({ adapters, securityGroup }: LaunchArgs) {
  return Array.from({ length: Math.max(adapters, 1) }, (_, card) => ({
    networkCardIndex: card,
    deviceIndex: card === 0 ? 0 : 1,
    ...(adapters > 0 && { interfaceType: card === 0 ? "efa" : "efa-only" }),
    associatePublicIpAddress: "false",
    deleteOnTermination: "true",
    securityGroups: [securityGroup],
  }));
}
