import type { KubeConfig } from "@kubernetes/client-node";
import { ask } from "./ask.ts";

/** Who asks for a token: a pod in the name of its service account, as Kubernetes binds it. */
export type Bearer = { namespace: string; account: string; pod: string; uid: string };

type TokenRequest = { status: { token: string; expirationTimestamp: string } };

const againMs = 1000;

/** Tokens of service accounts by which pods come to the API server, asked for as a kubelet does and renewed before they end. */
export class AccountTokens {
  readonly #tokens = new Map<string, string>();
  readonly #asked = new Set<string>();
  readonly #config: KubeConfig;
  readonly #onChange: () => void;
  readonly #isWanted: (uid: string) => boolean;

  constructor(config: KubeConfig, isWanted: (uid: string) => boolean, onChange: () => void) {
    this.#config = config;
    this.#isWanted = isWanted;
    this.#onChange = onChange;
  }

  /** The token of a pod; undefined until it is there, of which `onChange` tells. */
  of(bearer: Bearer, seconds: number, audience: string | undefined): string | undefined {
    const key = `${bearer.uid} ${audience ?? ""}`;
    if (!this.#asked.has(key)) {
      this.#asked.add(key);
      void this.#keep(key, bearer, seconds, audience);
    }
    return this.#tokens.get(key);
  }

  async #keep(key: string, bearer: Bearer, seconds: number, audience: string | undefined): Promise<void> {
    if (!this.#isWanted(bearer.uid)) {
      this.#tokens.delete(key);
      this.#asked.delete(key);
      return;
    }
    const renewedInMs = await this.#request(key, bearer, seconds, audience).catch(() => againMs);
    setTimeout(() => void this.#keep(key, bearer, seconds, audience), renewedInMs).unref();
  }

  async #request(key: string, { namespace, account, pod, uid }: Bearer, seconds: number, audience?: string) {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const spec = {
      expirationSeconds: seconds,
      ...(audience && { audiences: [audience] }),
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name: pod, uid },
    };
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
    const made = await ask<TokenRequest>(this.#config, "POST", path, "application/json", body);
    if (!made) return againMs;
    this.#tokens.set(key, made.status.token);
    this.#onChange();
    // A kubelet renews it when four fifths of its time are over.
    return 0.8 * (Date.parse(made.status.expirationTimestamp) - Date.now());
  }
}
