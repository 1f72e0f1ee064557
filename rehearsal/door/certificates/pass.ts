import type { X509Certificate } from "node:crypto";
import type { KubeConfig } from "@kubernetes/client-node";
import { list, Refused } from "../ask.ts";
import { Fault } from "./fault.ts";
import { authorityOf, authoritySecretOf, issuerOf, readinessOf } from "./issuer.ts";
import {
  applySecret,
  type CertificateObject,
  type IssuerObject,
  paths,
  readSecret,
  type SecretObject,
  seconds,
  withCondition,
  writeStatus,
} from "./objects.ts";
import { type Order, readOrder } from "./order.ts";
import { certificateOf, flawOf, makeSecret, ownerIn } from "./secret.ts";

/** What was made of a Certificate: its Secret; or nothing, and why. */
export type Issued = { namespace: string; name: string; secretName: string } & (
  | { made: true; revision: number; notAfter: Date }
  | { made: false; reason: string; message: string }
);

/** What one look at the cluster led to, and when something is due next. */
export type Pass = { issued: Issued[]; lookAgain: Date };

type World = {
  config: KubeConfig;
  certificates: CertificateObject[];
  issuers: IssuerObject[];
  /** Those that were looked at, or are being: an authority that waits for itself does not wait. */
  begun: Set<CertificateObject>;
  issued: Issued[];
  dueMs: number[];
};

const hourMs = 3600 * 1000;
/** An authority's Secret may be of any type, and only those for TLS are watched. */
const patienceMs = 60 * 1000;

/** Looks at every Certificate and issuer once, makes what is missing, and writes how each stands. */
export async function passOnce(config: KubeConfig): Promise<Pass> {
  const [certificates, ...issuers] = await Promise.all([
    list<CertificateObject>(config, paths.certificates),
    list<IssuerObject>(config, paths.issuers),
    list<IssuerObject>(config, paths.clusterIssuers),
  ]);
  const living = certificates.filter(({ metadata }) => !metadata.deletionTimestamp);
  const world: World = {
    config,
    certificates: living,
    issuers: issuers.flat(),
    begun: new Set(),
    issued: [],
    dueMs: [Date.now() + hourMs],
  };
  for (const object of living) await settle(object, world);
  for (const issuer of world.issuers) await judge(issuer, config);
  return { issued: world.issued, lookAgain: new Date(Math.min(...world.dueMs)) };
}

async function settle(object: CertificateObject, world: World): Promise<void> {
  const { config, begun, issued, dueMs } = world;
  if (begun.has(object)) return;
  begun.add(object);
  const { metadata, spec, status } = object;
  const identity = { namespace: metadata.namespace!, name: metadata.name, secretName: spec.secretName };
  const secret = await readSecret(config, identity.namespace, spec.secretName);
  const there = certificateOf(secret);
  let order: Order | undefined;
  // As long as it is not known to be good, it is not.
  let isGood = false;
  try {
    order = readOrder(object);
    const owner = ownerIn(world.certificates, object, secret);
    if (owner !== object) {
      throw new Fault(
        "IncorrectCertificate",
        `Secret ${spec.secretName} is that of Certificate ${owner.metadata.name}`,
      );
    }
    isGood = !flawOf(secret, object, order);
    if (isGood && renewalMs(there!, order) > Date.now()) {
      dueMs.push(renewalMs(there!, order));
      return await sayOf(object, there, order, status?.revision ?? 1);
    }
    const made = await make(object, order, secret, world);
    const revision = (status?.revision ?? 0) + 1;
    dueMs.push(renewalMs(made, order));
    issued.push({ ...identity, made: true, revision, notAfter: made.validToDate });
    await sayOf(object, made, order, revision);
  } catch (error) {
    // Of an API server that cannot answer, nothing follows for this one.
    if (!(error instanceof Fault || (error instanceof Refused && error.status < 500))) throw error;
    const reason = error instanceof Fault ? error.reason : "Refused";
    const { message } = error;
    dueMs.push(Date.now() + patienceMs);
    issued.push({ ...identity, made: false, reason, message });
    await sayOf(object, there, order, status?.revision, isGood ? undefined : { reason, message });
  }

  async function sayOf(...said: Parameters<typeof statusOf>) {
    const wanted = statusOf(...said);
    const before = object.status ?? {};
    const keys = Object.keys(wanted) as (keyof typeof wanted)[];
    if (keys.some((key) => (before[key] ?? null) !== wanted[key])) await writeStatus(config, object, wanted);
  }
}

/** Has the Secret made by the issuer, whose own one comes first where that is asked for here, too. */
async function make(object: CertificateObject, order: Order, before: SecretObject | undefined, world: World) {
  const { config } = world;
  const issuer = issuerOf(object, world.issuers);
  const place = authoritySecretOf(issuer);
  const above = world.certificates.find(
    ({ metadata, spec }) => metadata.namespace === place?.namespace && spec.secretName === place?.name,
  );
  if (above) await settle(above, world);
  const { certificate, secret } = await makeSecret(object, order, await authorityOf(config, issuer), before);
  await applySecret(config, secret);
  return certificate;
}

/** What cert-manager writes of a Certificate. */
function statusOf(
  { metadata, status }: CertificateObject,
  certificate: X509Certificate | undefined,
  order: Order | undefined,
  revision: number | undefined,
  fault?: { reason: string; message: string },
) {
  const { generation: observedGeneration } = metadata;
  const upToDate = { reason: "Ready", message: "Certificate is up to date and has not expired" };
  const ready = fault ? { status: "False" as const, ...fault } : { status: "True" as const, ...upToDate };
  return {
    conditions: withCondition(status?.conditions, { type: "Ready", ...ready, observedGeneration }),
    notBefore: certificate ? seconds(certificate.validFromDate) : null,
    notAfter: certificate ? seconds(certificate.validToDate) : null,
    renewalTime: certificate && order ? seconds(new Date(renewalMs(certificate, order))) : null,
    revision: revision ?? null,
  };
}

/** Writes whether an issuer can sign. */
async function judge(issuer: IssuerObject, config: KubeConfig): Promise<void> {
  const before = issuer.status?.conditions;
  const conditions = withCondition(before, await readinessOf(config, issuer));
  if (conditions !== before) await writeStatus(config, issuer, { conditions });
}

function renewalMs({ validFromDate, validToDate }: X509Certificate, order: Order): number {
  return order.renewalTime(validFromDate, validToDate).getTime();
}
