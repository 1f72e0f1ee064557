import type { Country } from "../../country.ts";
import type { KeyHolder } from "../key-holder.ts";

type Vault = Extract<NonNullable<Country["storage"]>["keys"], { kind: "vault" }>;

const seals: Record<Vault["seal"], string> = {
  shamir: "sealed by key shares that people hold",
  pkcs11: "sealed by a hardware security module (PKCS#11)",
  kmip: "sealed by a hardware security module (KMIP)",
  transit: "sealed by another vault",
};

/** Vault or OpenBao: Rook and Ceph CSI log in with their own service accounts, so no token lies anywhere. */
export function vault({ address, role, path, seal, ca }: Vault): KeyHolder {
  return {
    disks: {
      connectionDetails: {
        KMS_PROVIDER: "vault",
        VAULT_ADDR: address,
        VAULT_AUTH_METHOD: "kubernetes",
        VAULT_AUTH_KUBERNETES_ROLE: role,
        VAULT_BACKEND: "v2",
        VAULT_BACKEND_PATH: path,
        VAULT_SECRET_ENGINE: "kv",
        ...(ca && { VAULT_CACERT: ca }),
      },
    },
    volumes: {
      encryptionKMSType: "vault",
      vaultAddress: address,
      vaultAuthPath: "/v1/auth/kubernetes/login",
      vaultRole: role,
      vaultBackend: "kv-v2",
      vaultPassphraseRoot: `/v1/${path}`,
      vaultPassphrasePath: "volumes/",
      vaultCAVerify: "true",
    },
    ...(ca && { caSecret: ca }),
    name: `the vault at ${address}, ${seals[seal]} by the operator's word`,
  };
}
