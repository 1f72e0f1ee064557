import { describe } from "vitest";
import { refuses } from "./broken.ts";

describe("a country file whose cloud is at fault", () => {
  refuses("clouds", {
    "aws-caller-twice": [[7, "freehold:target.network.callers[1]", "10.200.0.0/16, a second time", "take it out"]],
    "aws-cluster-and-pool-too-long": [
      [
        11,
        "freehold:pools.h100-of-the-second-hall",
        "would be called rashtriya-kritrim-buddhimatta-kendra-nodes-h100-of-the-second-hall: 66 characters",
        "shorten the name of the pool, or  target.cluster: rashtriya-kritrim-buddhimatta-kendra, by 2",
      ],
    ],
    "aws-cluster-name-for-no-trail": [
      [7, "freehold:target.cluster", "mantra--laya", "write  cluster: freehold-in  (an example)"],
    ],
    "aws-cluster-name-too-short": [[7, "freehold:target.cluster", "in", "write  cluster: freehold-in  (an example)"]],
    "aws-operators-of-one-name": [
      [
        8,
        "freehold:target.operators[1]",
        "role/office/Admin, named like arn:aws:iam::111122223333:role/hall/admin",
        "take out the one that there is not: aws iam list-roles",
      ],
    ],
    "aws-pool-like-the-system": [
      [
        10,
        "freehold:pools.system",
        "system, as the group of the nodes without GPUs is called",
        "name it after its accelerator",
      ],
    ],
    "aws-secret-elsewhere": [
      [
        7,
        "freehold:target.registry.upstreams.mirror.secretArn",
        "a secret in ap-south-2, of account 999988887777",
        "arn:aws:secretsmanager:ap-south-1:111122223333:secret:ecr-pullthroughcache/mirror-AbCdEf",
      ],
    ],
    "aws-secret-of-another-name": [
      [
        7,
        "freehold:target.registry.upstreams.mirror.secretArn",
        "secret:mirror-AbCdEf",
        "secret:ecr-pullthroughcache/mirror-AbCdEf",
      ],
    ],
    "azure-admins-twice": [
      [9, "freehold:target.admins[1]", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, a second time", "take it out"],
    ],
    "azure-cluster-and-pool-too-long": [
      [12, "freehold:pools.a100-da-segunda-sala-do-centro-de-dados0", "81 characters", "by 1"],
    ],
    "aws-account-as-a-number": [
      [7, "freehold:target.account", "the number 111122223333", 'write  account: "111122223333"'],
    ],
    "aws-account-too-short": [
      [7, "freehold:target.account", 'the text "11112222333"', 'write  account: "111122223333"  (an example)'],
    ],
    "aws-callers-are-everybody": [
      [7, "freehold:target.network.callers[0]", "0.0.0.0/0", "write  - 10.10.0.0/16  (an example)"],
    ],
    "aws-callers-overlap": [
      [
        7,
        "freehold:target.network.callers[0]",
        "10.64.128.0/20, which overlaps 10.64.0.0/16, the country's own network",
        "renumber one of them: between networks that overlap nothing can be routed",
      ],
    ],
    "aws-ceph": [
      [
        11,
        "freehold:storage.keys.kind",
        "cloud, for an object store of kind ceph",
        "write  objects: { kind: cloud }  too",
      ],
      [
        11,
        "freehold:storage.objects.kind",
        "ceph, which takes disks of nodes, and a cloud's nodes come and go with theirs",
        "write  objects: { kind: cloud }",
      ],
    ],
    "aws-cilium": [
      [11, "freehold:network.policies", "cilium, and EKS enforces network policies by its own network", "take it out"],
    ],
    "aws-drivers-from-registry": [
      [
        11,
        "freehold:drivers.from",
        "registry, and the images of EKS's GPU nodes carry the driver",
        "take  drivers  out",
      ],
    ],
    "aws-group-in-an-unknown-zone": [
      [
        7,
        "freehold:target.nodeGroups.h100.zone",
        "ap-south-1f, which is not among the zones of the network",
        "add it to  target.network.zones  or write  zone: ap-south-1a",
      ],
    ],
    "aws-group-of-no-pool": [
      [7, "freehold:target.nodeGroups.h200", "h200, which is no pool of this file", "name it after a pool: h100"],
    ],
    "aws-instance-type-of-another-chip": [
      [
        7,
        "freehold:target.nodeGroups.h100.instanceType",
        "p4d.24xlarge, which has 8 × NVIDIA A100 SXM4 40GB",
        "write  instanceType: p5.48xlarge",
      ],
    ],
    "aws-instance-type-unknown": [
      [
        7,
        "freehold:target.nodeGroups.h100.instanceType",
        "p5.49xlarge, which the catalogue does not know as a machine of AWS with accelerators",
        "write  instanceType: p5.48xlarge",
      ],
    ],
    "aws-instance-type-without-adapters": [
      [
        7,
        "freehold:target.nodeGroups.h100.instanceType",
        "g6.4xlarge, which has 1 × NVIDIA L4 and no Elastic Fabric Adapters",
        "write  instanceType: g6.8xlarge",
      ],
    ],
    "aws-key-store-id-of-another-kind": [
      [7, "freehold:target.keys.customKeyStore", "vault", "write  customKeyStore: cks-0123456789abcdef0  (an example)"],
    ],
    "aws-keys-of-the-provider": [[7, "freehold:target.keys.kind", "aws-managed", "write  kind: kms  (an example)"]],
    "aws-kubernetes-as-a-number": [[7, "freehold:target.kubernetes", "the number 1.36", 'write  kubernetes: "1.36"']],
    "aws-kubernetes-too-old": [
      [7, "freehold:target.kubernetes", 'the text "1.33"', 'write  kubernetes: "1.35"  (an example)'],
    ],
    "aws-network-not-at-its-first-address": [
      [7, "freehold:target.network.cidr", "10.64.1.0/16", "write  cidr: 10.64.0.0/16  (an example)"],
    ],
    "aws-network-leaves-no-range": [
      [
        7,
        "freehold:target.network",
        "172.20.0.0/16, 10.0.0.0/8, 192.168.0.0/16, 172.24.0.0/16, beside which no range is left for the cluster's services",
        "name narrower ranges: the networks that really call",
      ],
    ],
    "aws-network-too-small": [
      [7, "freehold:target.network.cidr", "10.64.0.0/24", "write  cidr: 10.64.0.0/16  (an example)"],
    ],
    "aws-no-machine-with-so-many": [
      [
        10,
        "freehold:pools.h100.gpusPerNode",
        "3, and AWS has no machine with that many NVIDIA H100 SXM5 80GB",
        "write  gpusPerNode: 1",
      ],
      [
        11,
        "freehold:models.sarvam.gpus",
        "2 GPUs for 197.4 GiB of weights (106 billion parameters, 2 bytes each): 98.7 GiB on each",
        "write  precision: fp8, with weights that are stored so  or  precision: int4, with weights that are stored so",
      ],
    ],
    "aws-no-operators": [
      [
        8,
        "freehold:target.operators",
        "an empty list",
        "write  operators: [ arn:aws:iam::111122223333:role/freehold-operator ]  (an example)",
      ],
    ],
    "aws-no-region-in-the-country": [
      [
        6,
        "freehold:target.region",
        "eu-north-1, which is in Sweden (AWS region)",
        "write  kind: onprem, or the other cloud, if it has a region there",
      ],
      [
        9,
        "freehold:state.backend",
        "s3://freehold-in-state?region=ap-south-1, which is in India (ap-south-1, AWS)",
        "name a host of your own",
      ],
      [
        9,
        "freehold:state.secretsProvider",
        "awskms://alias/freehold-in-state?region=ap-south-1, which is in India (ap-south-1, AWS)",
        "name a host of your own",
      ],
    ],
    "aws-no-such-chip": [
      [
        10,
        "freehold:pools.h100.accelerator",
        "mi300x, of which AWS has no machine",
        "choose another accelerator, or another target",
      ],
      [
        11,
        "freehold:models.sarvam.image",
        "nothing, and the catalogue has no image of vllm for accelerators by amd",
        "add  image: <registry>/<repository>:<tag>",
      ],
    ],
    "aws-one-zone": [
      [7, "freehold:target.network.zones", "a list of 1", "write  zones: [ ap-south-1a, ap-south-1b ]  (an example)"],
    ],
    "aws-operator-is-a-user": [
      [
        8,
        "freehold:target.operators[0]",
        "arn:aws:iam::111122223333:user/mallory",
        "write  - arn:aws:iam::111122223333:role/freehold-operator  (an example)",
      ],
    ],
    "aws-operator-of-another-account": [
      [
        8,
        "freehold:target.operators[0]",
        "arn:aws:iam::999988887777:role/freehold-operator, a role of account 999988887777",
        "make the role there, and write  - arn:aws:iam::111122223333:role/freehold-operator",
      ],
    ],
    "aws-operator-of-another-partition": [
      [
        8,
        "freehold:target.operators[0]",
        "arn:aws:iam::111122223333:role/freehold-operator, a role in partition aws",
        "make the role there, and write  - arn:aws-eusc:iam::111122223333:role/freehold-operator",
      ],
    ],
    "aws-operator-of-another-partition-and-account": [
      [
        8,
        "freehold:target.operators[0]",
        "arn:aws-us-gov:iam::999988887777:role/freehold-operator, a role in partition aws-us-gov of account 999988887777",
        "make the role there, and write  - arn:aws:iam::111122223333:role/freehold-operator",
      ],
    ],
    "aws-place-instead-of-region": [
      [4, "freehold:target.region", "nothing", "add  region: ap-south-1"],
      [6, "freehold:target.place", "the key place, which means nothing here", "take place out"],
    ],
    "aws-region-abroad": [
      [
        6,
        "freehold:target.region",
        "us-east-1, which is in the United States (AWS region)",
        "write  region: ap-south-1",
      ],
    ],
    "aws-region-of-another-cloud": [
      [6, "freehold:target.region", "centralindia", "write  region: ap-south-1  (an example)"],
    ],
    "aws-region-unknown": [[6, "freehold:target.region", "ap-south-9", "write  region: ap-south-1"]],
    "aws-reservation-id-of-another-kind": [
      [
        7,
        "freehold:target.nodeGroups.h100.capacity.id",
        "i-0123456789abcdef0",
        "write  id: cr-0123456789abcdef0  (an example)",
      ],
    ],
    "aws-reservation-without-id": [
      [7, "freehold:target.nodeGroups.h100.capacity.id", "nothing", "add  id: cr-0123456789abcdef0"],
    ],
    "aws-state-abroad": [
      [
        9,
        "freehold:state.backend",
        "s3://freehold-in-state?region=us-east-1, which is in the United States (us-east-1, AWS)",
        "name a region in India: ap-south-1, ap-south-2 (AWS), centralindia, indiasouthcentral, jioindiacentral, jioind",
      ],
    ],
    "aws-storage-keys-elsewhere": [
      [11, "freehold:storage.keys.kind", "volumes, for an object store of kind cloud", "write  keys: { kind: cloud }"],
    ],
    "aws-upstream-abroad": [
      [
        7,
        "freehold:target.registry.upstreams.hub.host",
        "registry-1.docker.io, which is Docker Hub, run from the United States",
        "name a host of your own",
      ],
    ],
    "aws-zone-of-another-region": [
      [7, "freehold:target.network.zones[1]", "ap-south-2b, which is no zone of ap-south-1", "write  - ap-south-1b"],
    ],
    "aws-zone-twice": [[7, "freehold:target.network.zones[1]", "ap-south-1a, a second time", "take it out"]],
    "azure-admins-are-people": [
      [
        9,
        "freehold:target.admins[0]",
        "maria@nuvem-brasil.example",
        "write  - 00000000-1111-2222-3333-444444444444  (an example)",
      ],
    ],
    "azure-hsm-key-without-version": [
      [
        7,
        "freehold:target.keys.key",
        "https://pilar.managedhsm.azure.net/keys/freehold",
        "write  key: https://pilar.managedhsm.azure.net/keys/freehold/0123456789abcdef  (an example)",
      ],
    ],
    "azure-location-abroad": [
      [
        6,
        "freehold:target.location",
        "eastus2, which is in the United States (Azure region)",
        "write  location: brazilsouth",
      ],
    ],
    "azure-location-unknown": [[6, "freehold:target.location", "brasilsouth", "write  location: brazilsouth"]],
    "azure-network-overlaps-pods": [
      [
        7,
        "freehold:target.network.cidr",
        "10.244.0.0/16, which overlaps 10.244.0.0/16, of the cluster's pods and services",
        "write  cidr: 10.64.0.0/16  (an example)",
      ],
    ],
    "azure-next-hop-is-a-host": [
      [
        7,
        "freehold:target.network.egress.nextHop",
        "firewall.nuvem-brasil.example",
        "write  nextHop: 10.10.0.4  (an example)",
      ],
    ],
    "azure-next-hop-is-no-address": [
      [7, "freehold:target.network.egress.nextHop", "10.300.0.4", "write  nextHop: 10.10.0.4  (an example)"],
    ],
    "azure-rdma-without-infiniband": [
      [
        11,
        "freehold:pools.a100.rdma",
        "declared, and Azure has no machine with 1 GPU of NVIDIA A100 PCIe 80GB and InfiniBand",
        "take it out: nodes reach each other over their ordinary network",
      ],
    ],
    "azure-reservation-of-another-subscription": [
      [
        7,
        "freehold:target.nodePools.a100.capacity.group",
        "/subscriptions/99999999-1111-2222-3333-444444444444/resourceGroups/gpu/provid..., in subscription 99999999-1111-2222-3333-444444444444",
        "reserve capacity there, or name the subscription that has it",
      ],
    ],
    "azure-size-not-sold-there": [
      [
        7,
        "freehold:target.nodePools.a100.vmSize",
        "Standard_NC40ads_H100_v5, for which Azure has no price in brazilsouth",
        "choose another accelerator or region: npx freehold catalogue instances",
      ],
    ],
    "azure-size-of-another-chip": [
      [
        7,
        "freehold:target.nodePools.a100.vmSize",
        "Standard_ND96isr_H200_v5, which has 8 × NVIDIA H200 SXM5 141GB",
        "write  vmSize: Standard_NC24ads_A100_v4",
      ],
    ],
    "azure-subscription-is-a-name": [
      [
        7,
        "freehold:target.subscription",
        "production",
        "write  subscription: 00000000-1111-2222-3333-444444444444  (an example)",
      ],
    ],
    "azure-weights-over-s3": [
      [4, "freehold:target.network.egress", "the database signs in to Azure", "write  egress: { kind: appliance"],
      [
        13,
        "freehold:models.tucano.weights.from",
        "s3, and Azure's object store does not speak S3",
        "pack the weights as an image: write  weights: { from: image }",
      ],
    ],
    "azure-zone-by-another-name": [
      [7, "freehold:target.network.zones[0]", "brazilsouth-1", 'write  - "1"  (an example)'],
    ],
    "onprem-with-cloud-storage": [
      [
        6,
        "freehold:storage.keys.kind",
        "cloud, and the target is a hall of the operator's own",
        "write  kind: vault  and its address",
      ],
      [
        6,
        "freehold:storage.objects.kind",
        "cloud, and the target is a hall of the operator's own",
        "write  kind: ceph  and its nodes, or  kind: s3  and its endpoint",
      ],
    ],
  });
});
