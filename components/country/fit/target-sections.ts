import type { Finding } from "../fault.ts";
import type { Sound } from "../sound.ts";

/** What only a cloud has, in the file of a hall. */
export function onlyInClouds({ storage }: Sound): Finding[] {
  return (["keys", "objects"] as const)
    .filter((part) => storage?.[part]?.kind === "cloud")
    .map((part) => ({
      at: ["storage", part, "kind"],
      found: "cloud, and the target is a hall of the operator's own",
      allowed: part === "keys" ? "vault, kmip or volumes" : "ceph or s3",
      remedy:
        part === "keys"
          ? "write  kind: vault  and its address"
          : "write  kind: ceph  and its nodes, or  kind: s3  and its endpoint",
    }));
}

/** What clouds do in another way than halls. */
export function onlyInHalls({ target, storage, network, drivers, models, gateway }: Sound): Finding[] {
  const found: Finding[] = [];
  const cloudObjects = storage?.objects?.kind === "cloud";
  if (storage?.objects?.kind === "ceph") {
    found.push({
      at: ["storage", "objects", "kind"],
      found: "ceph, which takes disks of nodes, and a cloud's nodes come and go with theirs",
      allowed: "cloud, or s3 at an endpoint in the country",
      remedy: "write  objects: { kind: cloud }",
    });
  }
  if (storage?.keys?.kind !== undefined && cloudObjects !== (storage.keys.kind === "cloud")) {
    found.push({
      at: ["storage", "keys", "kind"],
      found: `${storage.keys.kind}, for an object store of kind ${storage.objects?.kind}`,
      allowed: "cloud for what the cloud stores, and another holder of keys for what it does not",
      remedy: cloudObjects ? "write  keys: { kind: cloud }" : "write  objects: { kind: cloud }  too",
    });
  }
  if (network?.policies === "cilium" && target?.kind === "aws") {
    found.push({
      at: ["network", "policies"],
      found: "cilium, and EKS enforces network policies by its own network",
      allowed: "kubernetes",
      remedy: "take it out",
    });
  }
  if (drivers?.from === "registry" && target?.kind === "aws") {
    found.push({
      at: ["drivers", "from"],
      found: "registry, and the images of EKS's GPU nodes carry the driver",
      allowed: "nodes",
      remedy: "take  drivers  out",
    });
  }
  if (target?.kind === "aws" && target.door?.kind === "public" && gateway?.service === "ClusterIP") {
    found.push({
      at: ["gateway", "service"],
      found: "ClusterIP, and the public door calls the gateway at a port of its nodes",
      allowed: "LoadBalancer, which is the default, or NodePort",
      remedy: "take it out",
    });
  }
  const egress = target?.kind === "azure" ? target.network?.egress?.kind : undefined;
  if (cloudObjects && egress === "none" && storage?.records?.kind === "cloudnative-pg") {
    found.push({
      at: ["target", "network", "egress"],
      found: "none, and the database signs in to Azure at a host that only the world has before it writes its backups",
      allowed: "an appliance that lets login.microsoftonline.com through, or backups elsewhere",
      remedy: "write  egress: { kind: appliance, nextHop: <address> }  or  storage.objects: { kind: s3, ... }",
    });
  }
  const fetched = Object.entries(models ?? {}).filter(([, model]) => model?.weights?.from === "s3");
  if (target?.kind === "azure" && cloudObjects) {
    for (const [name] of fetched) {
      found.push({
        at: ["models", name, "weights", "from"],
        found: "s3, and Azure's object store does not speak S3",
        allowed: "image, or volume",
        remedy: "pack the weights as an image: write  weights: { from: image }",
      });
    }
  }
  return found;
}
