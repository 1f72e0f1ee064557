import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";

/** The country's own certificate authority, as a Certificate's `issuerRef` names it; its Secrets carry the root as `ca.crt`. */
export const privateIssuer = { group: "cert-manager.io", kind: "ClusterIssuer", name: "freehold" } as const;

const api = "cert-manager.io/v1";
const rootName = "freehold-root";

/** Certificates from a private authority; nothing is asked of anybody outside. */
export const certManager: AddonValues = {
  after: [],
  podSecurity: "restricted",
  answers: [10250],
  values: () => {
    const twice = { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: 1 } };
    return {
      "cert-manager": {
        // Its leases stand beside it, not in kube-system.
        global: { leaderElection: { namespace: addon("cert-manager").namespace } },
        ...twice,
        webhook: twice,
        cainjector: twice,
      },
    };
  },
  objects: (_country, namespace, opts) => {
    const object = (
      name: string,
      kind: string,
      metadata: object,
      spec: object,
      options: pulumi.CustomResourceOptions,
    ) => new CustomResource(name, { apiVersion: api, kind, metadata, spec }, options);
    const self = object("self-signed", "Issuer", { name: "freehold-self-signed", namespace }, { selfSigned: {} }, opts);
    const root = object(
      rootName,
      "Certificate",
      // ClusterIssuers look for their Secrets in the add-on's own namespace.
      { name: rootName, namespace },
      {
        isCA: true,
        commonName: "Freehold root",
        secretName: rootName,
        duration: "87600h",
        renewBefore: "8760h",
        // With a new key, everybody who trusts the root would have to be told.
        privateKey: { algorithm: "ECDSA", size: 384, rotationPolicy: "Never" },
        issuerRef: { kind: "Issuer", name: "freehold-self-signed" },
      },
      { ...opts, dependsOn: self },
    );
    const issuer = object(
      "private-issuer",
      privateIssuer.kind,
      { name: privateIssuer.name },
      { ca: { secretName: rootName } },
      { ...opts, dependsOn: root },
    );
    return [self, root, issuer];
  },
};
