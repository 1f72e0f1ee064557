import type { Country } from "../../country.ts";
import { keyHolder } from "../key-holder.ts";

const authority = "key-holder-authority";

/** What Rook's charts are told for the store that stands on them, by release. */
export function rookValues({ storage, monitoring }: Pick<Country, "storage" | "monitoring">) {
  const secretName = storage && keyHolder(storage.keys).caSecret;
  const volumes = secretName
    ? [
        {
          volume: { name: authority, secret: { secretName } },
          // Beside the authorities that the image knows, where Go's libraries read them all.
          mount: { name: authority, mountPath: `/etc/pki/tls/certs/${authority}.crt`, subPath: "cert", readOnly: true },
        },
      ]
    : [];
  return {
    "rook-ceph": {
      monitoring: { enabled: monitoring !== undefined },
      // The bucket of weights says who may read it.
      obcAllowAdditionalConfigFields: "maxObjects,maxSize,bucketPolicy",
    },
    "ceph-csi-drivers": {
      drivers: {
        rbd: {
          // Volumes are mounted on every node, those that are set aside for GPUs too.
          nodePlugin: { tolerations: [{ operator: "Exists" }], volumes },
          controllerPlugin: { volumes },
        },
      },
    },
  };
}
