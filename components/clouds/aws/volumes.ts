import { DefaultKmsKey } from "@pulumi/aws/ebs/defaultKmsKey.js";
import { EncryptionByDefault } from "@pulumi/aws/ebs/encryptionByDefault.js";
import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudVolumeClass } from "../../storage/volume-class.ts";

export type VolumesArgs = {
  /** ARN of the alias behind which the key of volumes is. */
  alias: pulumi.Input<string>;
};

/** Volumes that the country's key encrypts: by default in the account and region, and by the cluster's own default class. */
export class Volumes extends pulumi.ComponentResource {
  /** Name of the class. */
  readonly class: pulumi.Output<string>;

  constructor(name: string, { alias }: VolumesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsVolumes", name, {}, opts);
    const inside = { parent: this };

    // Whoever makes a volume and says nothing of keys, even by hand, gets an encrypted one.
    const byDefault = new EncryptionByDefault("encryption", { enabled: true }, inside);
    // AWS answers with the alias or with the key behind it. Another answer would make the setting anew, and meanwhile it is AWS's own.
    new DefaultKmsKey("key", { keyArn: alias }, { ...inside, dependsOn: [byDefault], ignoreChanges: ["keyArn"] });
    // EKS's own class gp2 is not encrypted, and has been no default since 1.30.
    const made = new StorageClass(
      cloudVolumeClass,
      {
        metadata: {
          name: cloudVolumeClass,
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "ebs.csi.aws.com",
        // A class cannot be changed, so it names what stays when the key is changed.
        parameters: { type: "gp3", encrypted: "true", kmsKeyId: alias },
        // A volume stands in one zone, so it waits to see in which its pod does.
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
        reclaimPolicy: "Delete",
      },
      inside,
    );
    this.class = made.metadata.name;
    this.registerOutputs({ class: this.class });
  }
}
