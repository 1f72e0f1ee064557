import type { KubeConfig } from "@kubernetes/client-node";
import { call } from "../api-call.ts";

/** What the API server did not do, and why. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Every object at a path; none where its kind is not defined. */
export async function list<Item>(config: KubeConfig, path: string): Promise<Item[]> {
  const found = await ask<{ items: Item[] }>(config, "GET", path);
  return found?.items ?? [];
}

/** One request to the API server, in objects; undefined where there is nothing. */
export async function ask<Answer>(
  config: KubeConfig,
  method: string,
  path: string,
  type?: string,
  body?: object,
): Promise<Answer | undefined> {
  const headers = { accept: "application/json", ...(type && { "content-type": type }) };
  const answer = await call(config, method, path, headers, body && JSON.stringify(body)).catch((error: Error) => {
    throw new Refused(503, `the API server cannot be reached: ${error.message}`);
  });
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw new Refused(answer.status, messageOf(answer.body));
  return JSON.parse(answer.body) as Answer;
}

function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message: string }).message;
  } catch {
    return body.trim();
  }
}
