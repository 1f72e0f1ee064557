import { ApiError, type Client } from "./client.ts";

/** How the API server serves one kind. */
export type Resource = { apiVersion: string; kind: string; plural: string; namespaced: boolean };

type ResourceList = { resources: { name: string; kind: string; namespaced: boolean }[] };

// Custom resources are served a moment after their definition; asking more often than this would not tell us sooner.
const refreshMs = 100;

/** What kinds the API server serves, asked once per group and version, and again for a kind that is not among them. */
export class Kinds {
  private readonly client: Client;
  private readonly known = new Map<string, { asked: number; resources: Promise<Map<string, Resource>> }>();

  constructor(client: Client) {
    this.client = client;
  }

  /** How a kind is served; undefined while it is not. */
  async find(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const entry = this.known.get(apiVersion);
    const found = (await entry?.resources)?.get(kind);
    if (found || (entry && performance.now() - entry.asked < refreshMs)) return found;
    // Of many that miss the same kind at once, one asks.
    if (this.known.get(apiVersion) === entry) {
      this.known.set(apiVersion, { asked: performance.now(), resources: this.ask(apiVersion) });
    }
    return (await this.known.get(apiVersion)!.resources).get(kind);
  }

  /** The kinds of a group and version, for telling what there is. */
  async of(apiVersion: string): Promise<string[]> {
    await this.find(apiVersion, "");
    return [...((await this.known.get(apiVersion)?.resources)?.keys() ?? [])].sort();
  }

  private async ask(apiVersion: string): Promise<Map<string, Resource>> {
    try {
      const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const { resources } = await this.client.request<ResourceList>("GET", path);
      const objects = resources.filter(({ name }) => !name.includes("/"));
      return new Map(
        objects.map(({ name, kind, namespaced }) => [kind, { apiVersion, kind, plural: name, namespaced }]),
      );
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return new Map();
      this.known.delete(apiVersion);
      throw error;
    }
  }
}

/** Path of a kind's objects in a namespace, or of all of them. */
export function collectionPath({ apiVersion, plural, namespaced }: Resource, namespace?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespaced && namespace
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${root}/${plural}`;
}

/** Path of one object. */
export function objectPath(resource: Resource, namespace: string | undefined, name: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** The API server does not serve a kind, or not yet. */
export class NotServed extends Error {
  constructor({ apiVersion, kind }: { apiVersion: string; kind: string }) {
    super(
      `the API server serves no ${kind} of ${apiVersion}: is its custom resource definition there, and is the version right?`,
    );
  }
}
