import {
  CoreV1Api,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  type V1ConfigMap,
  type V1Pod,
  type V1Secret,
  type V1Service,
} from "@kubernetes/client-node";
import { AccountTokens } from "./account-tokens.ts";
import { ask } from "./ask.ts";
import type { Referred } from "./volumes.ts";

const againMs = 500;

/** What a node needs to know of its cluster, kept up to date by watching. */
export class ClusterView implements Referred {
  readonly #pods = new Map<string, V1Pod>();
  readonly #services = new Map<string, V1Service>();
  readonly #secrets = new Map<string, V1Secret>();
  readonly #configMaps = new Map<string, V1ConfigMap>();
  #config: KubeConfig | undefined;
  #tokens: AccountTokens | undefined;
  /** Called after each change. */
  onChange = (): void => {};

  /** Resolves when all that there is has been read. */
  async start(config: KubeConfig): Promise<void> {
    this.#config = config;
    const isThere = (uid: string) => this.pods.some(({ metadata }) => metadata?.uid === uid);
    this.#tokens = new AccountTokens(config, isThere, () => this.onChange());
    const core = config.makeApiClient(CoreV1Api);
    await Promise.all([
      this.#watch(config, "pods", this.#pods, () => core.listPodForAllNamespaces()),
      this.#watch(config, "services", this.#services, () => core.listServiceForAllNamespaces()),
      this.#watch(config, "secrets", this.#secrets, () => core.listSecretForAllNamespaces()),
      this.#watch(config, "configmaps", this.#configMaps, () => core.listConfigMapForAllNamespaces()),
    ]);
  }

  get pods(): V1Pod[] {
    return [...this.#pods.values()];
  }

  get services(): V1Service[] {
    return [...this.#services.values()];
  }

  secret(namespace: string, name: string): V1Secret | undefined {
    return this.#secrets.get(`${namespace}/${name}`);
  }

  configMap(namespace: string, name: string): V1ConfigMap | undefined {
    return this.#configMaps.get(`${namespace}/${name}`);
  }

  /** Says that a pod has another address, as its node may. */
  async giveAddress({ metadata }: V1Pod, podIP: string): Promise<void> {
    const path = `/api/v1/namespaces/${metadata!.namespace}/pods/${metadata!.name}/status`;
    const status = { podIP, podIPs: [{ ip: podIP }] };
    await ask(this.#config!, "PATCH", path, "application/merge-patch+json", { status });
  }

  token({ metadata, spec }: V1Pod, seconds: number, audience?: string): string | undefined {
    const { name: pod = "", namespace = "", uid = "" } = metadata ?? {};
    return this.#tokens?.of({ namespace, account: spec?.serviceAccountName ?? "default", pod, uid }, seconds, audience);
  }

  async #watch<Kind extends KubernetesObject>(
    config: KubeConfig,
    plural: string,
    into: Map<string, Kind>,
    list: () => Promise<KubernetesListObject<Kind>>,
  ): Promise<void> {
    const key = ({ metadata }: KubernetesObject) => `${metadata?.namespace}/${metadata?.name}`;
    const informer = makeInformer<Kind>(config, `/api/v1/${plural}`, list);
    const put = (object: Kind) => {
      into.set(key(object), object);
      this.onChange();
    };
    informer.on("add", put);
    informer.on("update", put);
    informer.on("delete", (object) => {
      into.delete(key(object));
      this.onChange();
    });
    informer.on("error", () => void setTimeout(() => void informer.start(), againMs));
    await informer.start();
  }
}
