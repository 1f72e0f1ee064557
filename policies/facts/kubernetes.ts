import { at, type Coverage, type Described, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { sweep } from "../sweep.ts";
import { isOwn, isRead } from "./kubernetes/kinds.ts";
import { links } from "./kubernetes/link.ts";
import { isNetworkPolicy, network } from "./kubernetes/network.ts";
import { holesIn, type KubernetesObject, kindOf, listOf, objectOf, record } from "./kubernetes/object.ts";
import { workload } from "./kubernetes/workload.ts";

/** Describes any object of a Kubernetes API, custom kinds that nobody listed included, and the charts that carry objects. */
export function describeKubernetes(resource: Resource): Described {
  const [, , token = ""] = resource.type.split(":");
  if (/^kubernetes:helm\.sh\/v3:Release$/.test(resource.type)) return release(resource);
  if (COMPONENTS.test(resource.type)) return component(resource);
  const { items } = resource.props;
  if (token.endsWith("List") && Array.isArray(items)) {
    const each = items.map((item, index) => {
      if (item === UNKNOWN)
        return { facts: [{ kind: "unknown" as const, path: `items[${index}]`, hides: ANY }], by: "sweep" };
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

const ANY: Fact["kind"][] = ["place", "host", "image", "egress", "workload", "isolation"];

// The SDK makes their objects resources of their own, which are judged one by one.
const COMPONENTS =
  /^kubernetes:(?:yaml|yaml\/v2|kustomize|kustomize\/v2|helm\.sh\/v[234]):(?:ConfigFile|ConfigGroup|Directory|Chart)$/;

function describeObject(object: KubernetesObject): Described {
  const by: Coverage = isRead(object) || isNetworkPolicy(object) ? "table" : "sweep";
  const skip = (path: string) => NAMES.test(path) || isOwn(object, path) || isProse(path);
  const { metadata, status, ...body } = object.body;
  const facts = [
    ...annotations(metadata),
    ...(isNetworkPolicy(object) ? unread(body) : content(object, body, skip)),
    ...placement(object),
  ];
  facts.push(
    ...network(object),
    ...workload(object, facts),
    ...openDoor(object),
    ...unplaced(object),
    ...links(object),
  );
  return { facts: distinct(facts), by };
}

/** A table and a sweep may have seen the same. */
function distinct(facts: Fact[]): Fact[] {
  return [
    ...new Map(facts.map((fact) => [`${fact.kind}|${fact.path}|${"value" in fact ? fact.value : ""}`, fact])).values(),
  ];
}

const NAMES = /^(?:apiVersion|kind|__\w+)$/;

function content(object: KubernetesObject, body: Record<string, unknown>, skip: (path: string) => boolean): Fact[] {
  const kind = kindOf(object);
  if (kind === "Secret") return secret(body);
  if (kind !== "ConfigMap") return sweep(body, "", { skip });
  const binary = decoded(body.binaryData);
  return [...sweep(body.data, "data"), ...sweep(binary, "binaryData")];
}

/** What a policy may open or close where it is not known yet. */
function unread(body: Record<string, unknown>): Fact[] {
  return holesIn(body, "").map((path) => ({ kind: "unknown", path, hides: ["egress", "isolation", "host"] }));
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
  /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|api-approved\.kubernetes\.io|artifacthub\.io\/.*|a8r\.io\/.*|backstage\.io\/.*|org\.opencontainers\.image\..*|pulumi\.com\/.*|meta\.helm\.sh\/.*|.*\/(?:description|documentation|docs|homepage|source-url|change-cause|issue-url))$/;

/** The same on a pod template. */
function isProse(path: string): boolean {
  const [, key] = /\.annotations\["([^"]+)"\]$/.exec(path) ?? [];
  return key !== undefined && PROSE.test(key);
}

function annotations(metadata: unknown): Fact[] {
  const written = record(metadata).annotations;
  if (metadata === UNKNOWN) return [{ kind: "unknown", path: "metadata", hides: ["host", "place"] }];
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

/** Backups go to a bucket that stands wherever its account was opened, unless a region or an endpoint says where. */
function unplaced(object: KubernetesObject): Fact[] {
  if (!/^(?:BackupStorage|VolumeSnapshot)Location\.velero\.io$/.test(kindOf(object))) return [];
  const { config } = record(object.body.spec);
  if (config === UNKNOWN || Object.keys(record(config)).some((key) => /region|url|endpoint/i.test(key))) return [];
  const why = "says not where its bucket stands";
  return [{ kind: "undecidable", path: "spec.config", why, remedy: "Set region, or s3Url for a store of one's own." }];
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
