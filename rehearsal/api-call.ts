import { type RequestOptions, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";

/** The cluster that a rehearsal's kubeconfig leads to. */
export function configOf(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

type Answer = { status: number; body: string; retryAfter?: string | undefined };

/**
 * One request to an API server in bytes of our own, for what the typed client does not offer. While the server says that it is
 * not ready (429 with Retry-After, as for a kind that was defined a moment ago) it is asked again, for half a minute at most.
 */
export async function call(...asked: Parameters<typeof callOnce>): Promise<Answer> {
  const giveUp = Date.now() + 30_000;
  while (true) {
    const answer = await callOnce(...asked);
    if (answer.status !== 429 || answer.retryAfter === undefined || Date.now() > giveUp) return answer;
    // Seconds are what HTTP can say; a kind is usually served long before the first is over.
    await sleep(Math.min(Number(answer.retryAfter) * 1000, 200));
  }
}

/** The same, where "not now" is an answer. */
export async function callOnce(
  config: KubeConfig,
  method: string,
  path: string,
  headers: Record<string, string>,
  content?: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const options: RequestOptions = { method, headers, signal };
  await config.applyToHTTPSOptions(options);
  return sent(new URL(path, config.getCurrentCluster()!.server), options, content);
}

function sent(url: URL, options: RequestOptions, content?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = request(url, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body, retryAfter: response.headers["retry-after"] }),
      );
    });
    send.on("error", reject);
    send.end(content);
  });
}
