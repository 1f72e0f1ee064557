import type * as pulumi from "@pulumi/pulumi";
import type { Jurisdiction } from "../../country.ts";
import { openRegions } from "../../guardrails/open-regions.ts";
import { admit } from "./admit.ts";
import { cel, findAbroad, hostIsHere, nothingAbroad } from "./whereabouts.ts";

/** Kinds of one group, and CEL for the list of URLs and hosts in them that data goes to. */
type Destination = { group: string; kinds: string[]; urls: string };

/** What hands data on leads to services of this cluster and to hosts that were declared to be in the country. */
export function admitDestinations(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  admit(
    "data-stays-here",
    {
      resources: { "gateway.envoyproxy.io/*": ["backends"] },
      validations: [
        {
          expression: "!has(object.spec.type) || object.spec.type == 'Endpoints'",
          message: "A dynamic resolver would forward prompts to any host a client names.",
        },
        {
          expression: `has(object.spec.endpoints) && object.spec.endpoints.all(e, has(e.fqdn) && ${hostIsHere("e.fqdn.hostname", jurisdiction)})`,
          message: "Backends are services of this cluster or hosts declared under guards.hosts.",
        },
      ],
    },
    opts,
  );
  lead("backups-stay-here", "Backups go to", backups(jurisdiction), jurisdiction, opts);
  lead("calls-stay-here", "It calls", calls(jurisdiction), jurisdiction, opts);
}

// Where a store is that names no endpoint: at the cloud whose protocol it speaks.
const amazon = "s3.amazonaws.com";

function backups(jurisdiction: Jurisdiction): Destination[] {
  const inRegion = (region: string) => `${region}.orValue('') in ${cel(openRegions("AWS", jurisdiction))}`;
  // An account of Azure's is named by the path itself, whatever endpoint stands beside it.
  const path = (store: string) => `${store}.?destinationPath.orValue('')`;
  const endpoint = (store: string) =>
    `${store}.?endpointURL.orValue(${path(store)}.startsWith('https://') ? '' : '${amazon}')`;
  const both = (store: string) => `[${endpoint(store)}, ${path(store)}]`;
  const origins = "object.spec.?externalClusters.orValue([]).filter(c, has(c.barmanObjectStore))";
  const cloud = `(object.spec.?provider.orValue('').contains('azure') ? 'blob.core.windows.net' : object.spec.?provider.orValue('').contains('gcp') ? 'storage.googleapis.com' : '${amazon}')`;
  const named = "object.spec.?config.?s3Url.orValue('')";
  return [
    {
      group: "barmancloud.cnpg.io",
      kinds: ["objectstores"],
      urls: both("object.spec.configuration"),
    },
    {
      group: "postgresql.cnpg.io",
      kinds: ["clusters"],
      urls: [
        `(has(object.spec.backup) && has(object.spec.backup.barmanObjectStore) ? ${both("object.spec.backup.barmanObjectStore")} : [])`,
        "object.spec.?externalClusters.orValue([]).map(c, c.?connectionParameters.?host.orValue(''))",
        `${origins}.map(c, ${endpoint("c.barmanObjectStore")})`,
        `${origins}.map(c, ${path("c.barmanObjectStore")})`,
      ].join(" + "),
    },
    {
      group: "velero.io",
      kinds: ["backupstoragelocations", "volumesnapshotlocations"],
      // The region of a store in the country says nothing: its protocol wants one.
      urls: `[${named} != '' ? ${named} : ${inRegion("object.spec.?config.?region")} ? '' : ${cloud}, object.spec.?config.?publicUrl.orValue('')]`,
    },
  ];
}

function calls(jurisdiction: Jurisdiction): Destination[] {
  const aws = `object.spec.provider.?aws.?region.orValue('') in ${cel(openRegions("AWS", jurisdiction))} ? '' : 'secretsmanager.amazonaws.com'`;
  const remote = (field: string) => `object.spec.?${field}.orValue([]).map(r, r.url)`;
  const webhooks = "(has(object.webhooks) ? object.webhooks.map(w, w.clientConfig.?url.orValue('')) : [])";
  return [
    {
      group: "cert-manager.io",
      kinds: ["issuers", "clusterissuers"],
      urls: "[object.spec.?acme.?server.orValue(''), object.spec.?vault.?server.orValue(''), object.spec.?venafi.?tpp.?url.orValue(''), has(object.spec.venafi) && has(object.spec.venafi.cloud) ? object.spec.venafi.cloud.?url.orValue('api.venafi.cloud') : '']",
    },
    {
      group: "external-secrets.io",
      kinds: ["secretstores", "clustersecretstores"],
      urls: `[object.spec.provider.?vault.?server.orValue(''), object.spec.provider.?azurekv.?vaultUrl.orValue(''), object.spec.provider.?webhook.?url.orValue(''), dyn(has(object.spec.provider.aws) ? (${aws}) : ''), dyn(has(object.spec.provider.gcpsm) ? 'secretmanager.googleapis.com' : '')]`,
    },
    {
      group: "monitoring.coreos.com",
      kinds: ["prometheuses", "prometheusagents"],
      urls: `${remote("remoteWrite")} + ${remote("remoteRead")}`,
    },
    {
      group: "gateway.envoyproxy.io",
      kinds: ["securitypolicies"],
      urls: "object.spec.?jwt.?providers.orValue([]).map(p, p.?remoteJWKS.?uri.orValue('')) + [object.spec.?oidc.?provider.?issuer.orValue('')]",
    },
    {
      group: "source.toolkit.fluxcd.io",
      kinds: ["gitrepositories", "helmrepositories", "ocirepositories"],
      urls: "[object.spec.url]",
    },
    {
      group: "source.toolkit.fluxcd.io",
      kinds: ["buckets"],
      urls: "[object.spec.endpoint]",
    },
    {
      group: "argoproj.io",
      kinds: ["applications"],
      urls: "[object.spec.?source.?repoURL.orValue('')] + object.spec.?sources.orValue([]).map(s, s.repoURL)",
    },
    {
      group: "serving.kserve.io",
      kinds: ["inferenceservices"],
      urls: "[object.spec.?predictor.?model.?storageUri.orValue('')]",
    },
    // Nodes mount these: their network, which no policy of a namespace closes.
    {
      group: "",
      kinds: ["persistentvolumes"],
      urls: "[object.spec.?nfs.?server.orValue(''), object.spec.?iscsi.?targetPortal.orValue(''), object.spec.?csi.?volumeAttributes.?server.orValue('')]",
    },
    {
      group: "admissionregistration.k8s.io",
      kinds: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
      urls: webhooks,
    },
    {
      group: "apiextensions.k8s.io",
      kinds: ["customresourcedefinitions"],
      urls: "[object.spec.?conversion.?webhook.?clientConfig.?url.orValue('')]",
    },
  ];
}

/** One policy for many kinds: what each leads to, then one judgement for all. */
function lead(
  name: string,
  what: string,
  destinations: Destination[],
  jurisdiction: Jurisdiction,
  opts: pulumi.ResourceOptions,
) {
  const resources: Record<string, string[]> = {};
  for (const { group, kinds } of destinations) {
    resources[`${group}/*`] = [...(resources[`${group}/*`] ?? []), ...kinds];
  }
  const cases = destinations.map(
    ({ group, kinds, urls }) =>
      `request.resource.group == ${cel(group)} && request.resource.resource in ${cel(kinds)} ? (${urls}) : `,
  );
  const text =
    "variables.named.filter(u, u != '').map(u, u.contains('://') || u.contains('@') ? u : '://' + u).join(' ')";
  const variables = { named: `${cases.join("")}[]`, ...findAbroad(text, jurisdiction) };
  admit(name, { resources, variables, validations: [nothingAbroad(what)] }, opts);
}
