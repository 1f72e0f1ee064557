import type { KubeConfig } from "@kubernetes/client-node";
import { addon } from "../../../catalogue/index.ts";
import { Fault } from "./fault.ts";
import { type CertificateObject, type Condition, type IssuerObject, readSecret } from "./objects.ts";
import { type Authority, fullRef, readPair } from "./secret.ts";

/** The issuer that a Certificate names. */
export function issuerOf({ spec, metadata }: CertificateObject, issuers: IssuerObject[]): IssuerObject {
  const { name, kind, group } = fullRef(spec.issuerRef);
  if (group !== "cert-manager.io") throw new Fault("NotRehearsed", `a rehearsal has no issuers of ${group}`);
  const namespace = kind === "ClusterIssuer" ? undefined : metadata.namespace;
  const found = issuers.find(
    (one) => one.kind === kind && one.metadata.name === name && one.metadata.namespace === namespace,
  );
  if (!found) throw new Fault("IssuerNotFound", `there is no ${kind} ${name}${namespace ? ` in ${namespace}` : ""}`);
  return found;
}

/** Where the Secret of an issuer of kind `ca` stands: those of the whole cluster's issuers beside cert-manager. */
export function authoritySecretOf({ metadata, spec }: IssuerObject): { namespace: string; name: string } | undefined {
  return spec.ca && { namespace: metadata.namespace ?? addon("cert-manager").namespace, name: spec.ca.secretName };
}

/** What an issuer signs with now; throws a Fault where it cannot. */
export async function authorityOf(config: KubeConfig, issuer: IssuerObject): Promise<Authority> {
  const { spec } = issuer;
  const [kind = "nothing"] = Object.keys(spec);
  if (kind !== "ca" && kind !== "selfSigned") {
    throw new Fault(
      "NotRehearsed",
      `a rehearsal has issuers of kind ca and selfSigned, and this is one of kind ${kind}`,
    );
  }
  const stray = Object.keys(spec[kind]!).find((field) => field !== "secretName");
  if (stray) throw new Fault("NotRehearsed", `a rehearsal has no issuers with spec.${kind}.${stray}`);
  const place = authoritySecretOf(issuer);
  if (!place) return "self";
  const where = `Secret ${place.namespace}/${place.name}`;
  const secret = await readSecret(config, place.namespace, place.name);
  if (!secret) throw new Fault("ErrGetKeyPair", `Error getting keypair for CA issuer: there is no ${where}`);
  const { key, certificates, above } = readPair(secret);
  const [certificate] = certificates;
  if (!key || !certificate?.checkPrivateKey(key)) {
    throw new Fault("ErrGetKeyPair", `Error getting keypair for CA issuer: ${where} has no certificate with its key`);
  }
  if (!certificate.ca) {
    throw new Fault("ErrInvalidKeyPair", `Error getting keypair for CA issuer: certificate of ${where} is not a CA`);
  }
  return { key, certificates: [...certificates, ...above] };
}

/** What cert-manager says of an issuer: whether it can sign. */
export async function readinessOf(config: KubeConfig, issuer: IssuerObject): Promise<Condition> {
  const { generation: observedGeneration } = issuer.metadata;
  const common = { type: "Ready", observedGeneration };
  try {
    const authority = await authorityOf(config, issuer);
    const ready = { ...common, status: "True" as const };
    return authority === "self"
      ? { ...ready, reason: "IsReady", message: "" }
      : { ...ready, reason: "KeyPairVerified", message: "Signing CA verified" };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ...common, status: "False", reason: error.reason, message: error.message };
  }
}
