import { at, type Coverage, type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { sweep } from "../sweep.ts";
import { links } from "./kubernetes/link.ts";
import { isNetworkPolicy, network } from "./kubernetes/network.ts";
import { type KubernetesObject, kindOf, listOf, objectOf, record } from "./kubernetes/object.ts";
import { workload } from "./kubernetes/workload.ts";

/** Describes any object of a Kubernetes API, custom kinds that nobody listed included, and the charts that carry objects. */
export function describeKubernetes(resource: Resource): Described {
  const [, , token = ""] = resource.type.split(":");
  if (/^kubernetes:helm\.sh\/v3:Release$/.test(resource.type)) return release(resource);
  if (COMPONENTS.test(resource.type)) return component(resource);
  const { items } = resource.props;
  if (token.endsWith("List") && Array.isArray(items)) {
    const each = items.map((item, index) => {
      const { facts, by } = describeObject(
        objectOf({ ...resource, type: resource.type.replace(/List$/, "") }, record(item)),
      );
      return { facts: facts.map((fact) => ({ ...fact, path: `items[${index}].${fact.path}` })), by };
    });
    return {
      facts: each.flatMap(({ facts }) => facts),
      by: each.every(({ by }) => by === "table") ? "table" : "sweep",
    };
  }
  return describeObject(objectOf(resource));
}

// The SDK makes their objects resources of their own, which are judged one by one.
const COMPONENTS =
  /^kubernetes:(?:yaml|yaml\/v2|kustomize|kustomize\/v2|helm\.sh\/v[234]):(?:ConfigFile|ConfigGroup|Directory|Chart)$/;

// Built-in groups are all described: what the tables do not mention has nothing but what the sweeps read.
const BUILT_IN = /^$|^(?:apps|batch|autoscaling|policy)$|\.k8s\.io$/;
const LISTED =
  /^(?:cilium\.io|crd\.projectcalico\.org|projectcalico\.org|cert-manager\.io|gateway\.networking\.k8s\.io|gateway\.envoyproxy\.io|aigateway\.envoyproxy\.io|velero\.io|postgresql\.cnpg\.io|external-secrets\.io|argoproj\.io|source\.toolkit\.fluxcd\.io|serving\.kserve\.io|monitoring\.coreos\.com|metallb\.io)$/;

function describeObject(object: KubernetesObject): Described {
  const by: Coverage = BUILT_IN.test(object.group) || LISTED.test(object.group) ? "table" : "sweep";
  const own = OWN[kindOf(object)];
  const skip = (path: string) => SKIPPED.test(path) || (own?.test(path) ?? false);
  const { metadata, status, ...body } = object.body;
  const facts = [
    ...annotations(metadata),
    ...(isNetworkPolicy(object) ? [] : content(object, body, skip)),
    ...placement(object),
  ];
  facts.push(...network(object), ...workload(object, facts), ...openDoor(object), ...links(object));
  return { facts: distinct(facts), by };
}

/** A table and a sweep may have seen the same. */
function distinct(facts: Fact[]): Fact[] {
  return [
    ...new Map(facts.map((fact) => [`${fact.kind}|${fact.path}|${"value" in fact ? fact.value : ""}`, fact])).values(),
  ];
}

// What the API server says about the object, and what describes a shape rather than a thing.
const SKIPPED = /^(?:apiVersion|kind)$/;

// The country's own doors and addresses: traffic comes in there, nothing leaves.
const OWN: Record<string, RegExp> = {
  Service: /^spec\.(?:clusterIPs?|externalIPs|loadBalancerIP|loadBalancerSourceRanges)(?:\[|$)/,
  Node: /^spec\.(?:podCIDRs?|providerID)(?:\[|$)/,
  "Gateway.gateway.networking.k8s.io": /^spec\.addresses/,
  "IPAddressPool.metallb.io": /^spec\.addresses/,
  "IPAddress.networking.k8s.io": /^spec/,
  "ServiceCIDR.networking.k8s.io": /^spec/,
  // Schemas and their prose; only the conversion webhook is called.
  "CustomResourceDefinition.apiextensions.k8s.io": /^spec\.(?!conversion)/,
  // Annotations of alerts are links for people; labels and expressions name series.
  "PrometheusRule.monitoring.coreos.com": /^spec\.groups/,
};

function content(object: KubernetesObject, body: Record<string, unknown>, skip: (path: string) => boolean): Fact[] {
  const kind = kindOf(object);
  if (kind === "Secret") return secret(body);
  if (kind !== "ConfigMap") return sweep(body, "", { skip });
  const binary = decoded(body.binaryData);
  return [...sweep(body.data, "data"), ...sweep(binary, "binaryData")];
}

function secret({ data, stringData }: Record<string, unknown>): Fact[] {
  return [...sweep(decoded(data), "data", { secret: true }), ...sweep(stringData, "stringData", { secret: true })];
}

/** Base64 values as text; what is not text has no addresses to read. */
function decoded(data: unknown): unknown {
  if (data === UNKNOWN) return UNKNOWN;
  return Object.fromEntries(
    Object.entries(record(data)).map(([key, value]) => {
      if (typeof value !== "string") return [key, value];
      const text = Buffer.from(value, "base64").toString("utf8");
      return [key, text.includes("\uFFFD") || text.includes("\0") ? "" : text];
    }),
  );
}

// Annotations for people and for bookkeeping; every other one may configure something.
const PROSE =
  /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|api-approved\.kubernetes\.io|artifacthub\.io\/.*|a8r\.io\/.*|backstage\.io\/.*|pulumi\.com\/.*|meta\.helm\.sh\/.*|.*\/(?:description|documentation|docs|homepage|source-url|change-cause|issue-url))$/;

function annotations(metadata: unknown): Fact[] {
  const written = record(metadata).annotations;
  if (written === UNKNOWN) return [{ kind: "unknown", path: "metadata.annotations", hides: ["host", "place"] }];
  return Object.entries(record(written)).flatMap(([key, value]) => {
    if (PROSE.test(key)) return [];
    const named = { [key.split("/").at(-1) ?? key]: value };
    return sweep(named, "")
      .filter((fact) => !(fact.kind === "host" && /^[\d.:a-f]+$/.test(fact.value)))
      .map((fact) => ({ ...fact, path: at("metadata.annotations", key) }));
  });
}

const TOPOLOGY = /^(?:(?:topology|failure-domain\.beta)\.kubernetes\.io\/(?:region|zone)|topology\.[\w.-]+\/zone)$/;

/** Regions and zones that pods, nodes and volumes are bound to by topology labels. */
function placement(object: KubernetesObject): Fact[] {
  const facts: Fact[] = [];
  const find = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, index) => void find(item, at(path, index)));
    else if (typeof value === "object" && value !== null) {
      const { key, operator, values } = record(value);
      if (typeof key === "string" && TOPOLOGY.test(key) && operator !== "NotIn" && operator !== "DoesNotExist") {
        listOf(values).forEach((place, index) => {
          if (typeof place === "string")
            facts.push({ kind: "place", path: `${at(path, "values")}[${index}]`, value: place });
        });
      }
      for (const [inner, item] of Object.entries(value)) {
        if (TOPOLOGY.test(inner) && typeof item === "string")
          facts.push({ kind: "place", path: at(path, inner), value: item });
        else find(item, at(path, inner));
      }
    }
  };
  find(object.body.spec, "spec");
  if (object.kind === "Node") find(record(object.body.metadata).labels, "metadata.labels");
  if (object.kind === "StorageClass") find(object.body.allowedTopologies, "allowedTopologies");
  return facts;
}

/** A proxy that lets its caller choose the destination leads everywhere. */
function openDoor(object: KubernetesObject): Fact[] {
  const spec = record(object.body.spec);
  if (kindOf(object) === "Backend.gateway.envoyproxy.io" && spec.type === "DynamicResolver") {
    return [{ kind: "egress", path: "spec.type", to: "everything", value: "the host that each request names" }];
  }
  const outbound = record(spec.outboundTrafficPolicy).mode;
  if (kindOf(object) === "Sidecar.networking.istio.io" && outbound === "ALLOW_ANY") {
    return [{ kind: "egress", path: "spec.outboundTrafficPolicy.mode", to: "everything", value: "ALLOW_ANY" }];
  }
  return [];
}

/** Helm renders a Release while it is being created: its objects reach neither this judge nor the policy pack. */
function release({ props }: Resource): Described {
  const why = "a Helm release makes objects that no guard sees";
  const remedy = "use kubernetes.helm.v4.Chart, whose objects are judged one by one";
  return { facts: [{ kind: "undecidable", path: "chart", why, remedy }, ...source(props)], by: "undecidable" };
}

function component({ props }: Resource): Described {
  return { facts: source(props), by: "component" };
}

/** Where a chart or a manifest is fetched from, and what its values may still hide. */
function source(props: Record<string, unknown>): Fact[] {
  const { chart, repositoryOpts, fetchOpts, repo, file, files, directory, values } = props;
  const facts = sweep({ chart, repositoryOpts, fetchOpts, repo, file, files, directory }, "");
  const open = sweep({ values }, "").filter(({ kind }) => kind === "unknown");
  return [...facts, ...open];
}
