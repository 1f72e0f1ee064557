import type { Country } from "../../country.ts";
import type { KeyHolder } from "../key-holder.ts";

type Kmip = Extract<NonNullable<Country["storage"]>["keys"], { kind: "kmip" }>;

/** A key manager or hardware security module that speaks KMIP, with a client certificate that the operator brings. */
export function kmip({ address, credentials }: Kmip): KeyHolder {
  return {
    disks: { connectionDetails: { KMS_PROVIDER: "kmip", KMIP_ENDPOINT: address }, tokenSecretName: credentials },
    volumes: { KMS_PROVIDER: "kmip", KMIP_ENDPOINT: address, KMIP_SECRET_NAME: credentials },
    name: `the key manager at ${address} (KMIP)`,
  };
}
