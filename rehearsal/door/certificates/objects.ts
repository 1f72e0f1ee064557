import type { KubeConfig, KubernetesObject } from "@kubernetes/client-node";
import type { KeyUsage } from "../../key-usages.ts";
import { ask, Refused } from "../ask.ts";

const group = "cert-manager.io";
const root = `/apis/${group}/v1`;

/** Paths under which the API server lists what certificates are made of, in all namespaces. */
export const paths = {
  certificates: `${root}/certificates`,
  issuers: `${root}/issuers`,
  clusterIssuers: `${root}/clusterissuers`,
};

/** One thing that is so of an object, or not. */
export type Condition = {
  type: string;
  status: "True" | "False";
  reason: string;
  message: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
};

type Named = KubernetesObject & { metadata: { name: string; namespace?: string; generation?: number } };

export type IssuerRef = { name: string; kind?: string; group?: string };

/** cert-manager's order: a Secret with a certificate for these names. */
export type CertificateObject = Named & {
  spec: {
    secretName: string;
    issuerRef: IssuerRef;
    commonName?: string;
    dnsNames?: string[];
    ipAddresses?: string[];
    isCA?: boolean;
    usages?: KeyUsage[];
    duration?: string;
    renewBefore?: string;
    renewBeforePercentage?: number;
    privateKey?: {
      algorithm?: "RSA" | "ECDSA" | "Ed25519";
      size?: number;
      encoding?: "PKCS1" | "PKCS8";
      rotationPolicy?: "Always" | "Never";
    };
    secretTemplate?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  };
  status?: {
    conditions?: Condition[];
    notBefore?: string;
    notAfter?: string;
    renewalTime?: string;
    revision?: number;
  };
};

/** An Issuer, or a ClusterIssuer where it has no namespace. */
export type IssuerObject = Named & {
  spec: { selfSigned?: object; ca?: { secretName: string } };
  status?: { conditions?: Condition[] };
};

/** A Secret, as the API server gives it. */
export type SecretObject = Named & { type: string; data?: Record<string, string> };

/** The Secret of this name, where there is one. */
export function readSecret(config: KubeConfig, namespace: string, name: string): Promise<SecretObject | undefined> {
  return ask(config, "GET", `/api/v1/namespaces/${namespace}/secrets/${name}`);
}

/** Makes a Secret so, in the name in which cert-manager does. */
export async function applySecret(config: KubeConfig, secret: SecretObject): Promise<void> {
  const { name, namespace } = secret.metadata;
  const query = "fieldManager=cert-manager-certificates-issuing&force=true";
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}?${query}`;
  const body = { apiVersion: "v1", kind: "Secret", ...secret };
  const applied = await ask(config, "PATCH", path, "application/apply-patch+yaml", body);
  if (!applied) throw new Refused(404, `there is no namespace ${namespace}`);
}

/** Writes the status of an object, unless it is gone. */
export async function writeStatus(config: KubeConfig, { kind, metadata }: Named, status: object): Promise<void> {
  const { name, namespace } = metadata;
  const place = namespace ? `${root}/namespaces/${namespace}` : root;
  const path = `${place}/${kind!.toLowerCase()}s/${name}/status?fieldManager=cert-manager`;
  await ask(config, "PATCH", path, "application/merge-patch+json", { status });
}

/** The conditions of an object with this one among them; the very ones where that changes nothing. */
export function withCondition(conditions: Condition[] = [], condition: Condition): Condition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  const same = (["status", "reason", "message", "observedGeneration"] as const).every(
    (key) => before?.[key] === condition[key],
  );
  if (same) return conditions;
  const turned = before?.status === condition.status ? before.lastTransitionTime : undefined;
  const lastTransitionTime = turned ?? seconds(new Date());
  return [...conditions.filter((one) => one !== before), { ...condition, lastTransitionTime }];
}

/** A time as objects have it. */
export const seconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");
