import { type Body, type Client, json, type Query } from "./client.ts";
import { collectionPath, Kinds, NotServed, objectPath, type Resource } from "./kinds.ts";
import type { KubeObject } from "./kube-object.ts";

/** Names one object in the cluster. */
export type Reference = { apiVersion: string; kind: string; namespace?: string; name: string };

export type WriteOptions = { dryRun: boolean; fieldManager: string };

/** The objects of one cluster: what can be done with them, each in one request. */
export class Cluster {
  readonly client: Client;
  readonly kinds: Kinds;
  /** Namespace of objects that name none. */
  readonly namespace: string;

  constructor(client: Client, namespace: string) {
    this.client = client;
    this.kinds = new Kinds(client);
    this.namespace = namespace;
  }

  /** How an object's kind is served. Throws while it is not. */
  async resource(object: { apiVersion: string; kind: string }): Promise<Resource> {
    const resource = await this.kinds.find(object.apiVersion, object.kind);
    if (!resource) throw new NotServed(object);
    return resource;
  }

  /** The reference of an object, with the namespace that the API server would take for it. */
  reference({ apiVersion, kind, metadata: { namespace, name = "" } }: KubeObject): Reference {
    return { apiVersion, kind, namespace: namespace ?? this.namespace, name };
  }

  async path(reference: Reference): Promise<string> {
    return objectPath(await this.resource(reference), reference.namespace, reference.name);
  }

  async get(reference: Reference): Promise<KubeObject> {
    return this.client.request("GET", await this.path(reference));
  }

  async list(of: Omit<Reference, "name">, query: Query = {}): Promise<KubeObject[]> {
    const path = collectionPath(await this.resource(of), of.namespace);
    const { items } = await this.client.request<{ items: KubeObject[] }>("GET", path, query);
    return items.map((item) => ({ ...item, apiVersion: of.apiVersion, kind: of.kind }));
  }

  /** Creates an object that must not exist yet. Unknown and duplicate fields are refused rather than dropped. */
  async create(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const resource = await this.resource(object);
    const path = collectionPath(resource, object.metadata.namespace ?? this.namespace);
    return this.client.request("POST", path, writeQuery(options), json(placed(object, resource)));
  }

  /** Server-side apply: what the field manager declared before and does not declare now is removed. */
  async apply(object: KubeObject, { force, ...options }: WriteOptions & { force: boolean }): Promise<KubeObject> {
    const resource = await this.resource(object);
    const query = { ...writeQuery(options), force: String(force) };
    const body = json(placed(object, resource), "application/apply-patch+yaml");
    return this.client.request("PATCH", await this.path(this.reference(object)), query, body);
  }

  async replace(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    return this.client.request("PUT", await this.path(this.reference(object)), writeQuery(options), json(object));
  }

  async patch(reference: Reference, body: Body): Promise<KubeObject> {
    return this.client.request("PATCH", await this.path(reference), {}, body);
  }

  /** Asks for deletion. Answers with the object while its finalizers hold it, and with nothing when it is gone. */
  async delete(reference: Reference, propagationPolicy: string): Promise<KubeObject | undefined> {
    const body = json({ apiVersion: "v1", kind: "DeleteOptions", propagationPolicy });
    const answer = await this.client.request<KubeObject>("DELETE", await this.path(reference), {}, body);
    return answer.kind === "Status" ? undefined : answer;
  }
}

function writeQuery({ dryRun, fieldManager }: WriteOptions): Query {
  return { fieldManager, fieldValidation: "Strict", dryRun: dryRun ? "All" : undefined };
}

/** Before its definition was known, an object of a cluster-wide kind may have been given a namespace. */
function placed(object: KubeObject, { namespaced }: Resource): KubeObject {
  if (namespaced || object.metadata.namespace === undefined) return object;
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
