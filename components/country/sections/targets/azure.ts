import { z } from "zod";
import { known, line, name } from "../../field.ts";
import {
  clusterName,
  earlierKeys,
  imageGiB,
  kubernetesVersion,
  network,
  onDemand,
  regionsOf,
  spot,
  systemNodes,
} from "./cloud.ts";

const guid = (what: string) =>
  line(`${what}, such as 00000000-1111-2222-3333-444444444444`, {
    shape: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  }).meta({ examples: ["00000000-1111-2222-3333-444444444444"] });

const vmSize = line("a size of Azure's, such as Standard_NC24ads_A100_v4", {
  most: 80,
  shape: /^[A-Z][A-Za-z0-9]*_\w+$/,
});
const availabilityZone = z.enum(["1", "2", "3"]).meta({ examples: ["1"] });

const nodePool = z.strictObject({
  vmSize: vmSize.optional().meta({
    description: "Size. Default: the smallest that the catalogue knows with the pool's accelerators.",
    examples: ["Standard_NC24ads_A100_v4"],
  }),
  zone: availabilityZone.optional().meta({ description: "Zone of its nodes. Default: the first of network.zones." }),
  osDiskGiB: imageGiB,
  capacity: z
    .discriminatedUnion("kind", [
      onDemand,
      spot,
      z.strictObject({
        kind: z
          .literal("reservation")
          .meta({ description: "A capacity reservation group.", examples: ["reservation"] }),
        group: line("the resource id of a capacity reservation group", {
          most: 500,
          shape:
            /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/capacityReservationGroups\/[^/]+$/i,
        }).meta({
          description: "Resource id of the group.",
          examples: [
            "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/gpu/providers/Microsoft.Compute/capacityReservationGroups/a100",
          ],
        }),
      }),
    ])
    .prefault({ kind: "on-demand" })
    .meta({ description: "Where its machines come from.", examples: [{ kind: "on-demand" }] }),
});

const vault = {
  kind: z.literal("vault").meta({
    description: "Keys in the HSMs behind a Key Vault Premium that Freehold makes.",
    examples: ["vault"],
  }),
};
const managedHsm = {
  kind: z.literal("managed-hsm").meta({
    description: "A key in a managed HSM that the operator has activated.",
    examples: ["managed-hsm"],
  }),
  key: line("the URL of a key, such as https://pilar.managedhsm.azure.net/keys/freehold/0123456789abcdef", {
    most: 500,
    shape: /^https:\/\/[a-z0-9-]+\.managedhsm\.[a-z.]+\/keys\/[\w-]+\/[0-9a-f]+$/,
  }).meta({
    description: "URL of the key, with its version.",
    examples: ["https://pilar.managedhsm.azure.net/keys/freehold/0123456789abcdef"],
  }),
};
const held = z.discriminatedUnion("kind", [z.strictObject(vault), z.strictObject(managedHsm)]);

/** An AKS cluster in a region of Azure, and all that it stands on. */
export const azure = z.strictObject({
  kind: z
    .literal("azure")
    .meta({ description: "An AKS cluster that Freehold makes, in a region of Azure.", examples: ["azure"] }),
  location: known("a region of Azure", { options: regionsOf("Azure"), listed: "npx freehold catalogue places" }).meta({
    description: "Region, as the command line spells it, which must stand in the country.",
    examples: ["brazilsouth"],
  }),
  subscription: guid("the id of a subscription").meta({
    description: "The one subscription that is touched. It counts as in the country.",
    examples: ["00000000-1111-2222-3333-444444444444"],
  }),
  tenant: guid("the id of a tenant of Microsoft Entra").meta({
    description: "The tenant whose people and programs are let in. It counts as in the country.",
    examples: ["55555555-6666-7777-8888-999999999999"],
  }),
  cluster: clusterName,
  kubernetes: kubernetesVersion,
  network: z
    .strictObject({
      ...network,
      zones: z
        .array(availabilityZone)
        .meta({ description: "Availability zones; none where the region has none.", examples: [["1", "2", "3"]] })
        .default(["1", "2", "3"]),
      egress: z
        .discriminatedUnion("kind", [
          z.strictObject({
            kind: z
              .literal("none")
              .meta({ description: "No way out: a network-isolated cluster.", examples: ["none"] }),
          }),
          z.strictObject({
            kind: z.literal("appliance").meta({
              description: "Everything that leaves goes to an appliance of the operator's, which filters it.",
              examples: ["appliance"],
            }),
            nextHop: line("an IPv4 address", { shape: /^(\d{1,3}\.){3}\d{1,3}$/ }).meta({
              description: "Address of the appliance, in the network or in one that is connected to it.",
              examples: ["10.10.0.4"],
            }),
          }),
        ])
        .prefault({ kind: "none" })
        .meta({ description: "The way out.", examples: [{ kind: "none" }] }),
    })
    .prefault({})
    .meta({ description: "The country's own virtual network.", examples: [{}] }),
  admins: z
    .array(guid("the object id of a group in Microsoft Entra"))
    .min(1, "at least one group")
    .meta({
      description: "Groups that administer the cluster. Local accounts are off.",
      examples: [["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"]],
    }),
  keys: z
    .discriminatedUnion("kind", [
      z.strictObject({ ...vault, earlier: earlierKeys(held) }),
      z.strictObject({ ...managedHsm, earlier: earlierKeys(held) }),
    ])
    .prefault({ kind: "vault" })
    .meta({ description: "Who holds the keys of secrets, disks and objects.", examples: [{ kind: "vault" }] }),
  systemNodes: z
    .strictObject({
      vmSize: vmSize.meta({ description: "Size." }).default("Standard_D8ds_v5"),
      nodes: systemNodes,
    })
    .prefault({})
    .meta({ description: "Nodes for everything that needs no GPU.", examples: [{ nodes: 3 }] }),
  nodePools: z
    .record(name, nodePool)
    .default({})
    .meta({
      description: "What a pool's nodes are made of, by the name of the pool, where it differs from the defaults.",
      examples: [{ a100: { vmSize: "Standard_NC24ads_A100_v4" } }],
    }),
});
