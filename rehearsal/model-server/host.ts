import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Settings } from "./arguments.ts";
import type { Context } from "./context.ts";
import type { Call, Engine, Prompt } from "./engine.ts";
import { ordersOf } from "./orders.ts";
import { noSuchModel } from "./refusal.ts";

/** What answers requests. */
export type Host = { settings: Settings; engine: Engine; context: Context };

/** A request whose body was read as JSON. */
export type Asked = { host: Host; request: IncomingMessage; response: ServerResponse; body: unknown };

/** The name under which a request is answered here, or a refusal. */
export function modelOf({ settings }: Host, name: string | null | undefined): string {
  if (name && !settings.servedNames.includes(name)) throw noSuchModel(name);
  return settings.servedNames[0];
}

/** What every answer begins with. */
export function headOf(kind: string, call: Call, object: string) {
  const { request_id, model } = call.entry;
  return { id: `${kind}-${request_id}`, object, created: Math.floor(Date.now() / 1000), model };
}

/**
 * Takes in a request, and answers it by `work` unless it ordered a failure. Whatever becomes of it, its entry in the ledger is
 * closed.
 */
export async function answer(
  { host, request, response, body }: Asked,
  model: string,
  work: (call: Call) => Promise<void>,
): Promise<void> {
  const orders = ordersOf(Object(body));
  const given = request.headers["x-request-id"];
  const call = host.engine.open(
    {
      request_id: typeof given === "string" && given !== "" ? given : randomUUID().replaceAll("-", ""),
      endpoint: new URL(request.url!, "http://host").pathname,
      model,
      stream: Object(body).stream === true,
      cache_salt: (Object(body).cache_salt as string | null | undefined) ?? null,
    },
    orders,
  );
  response.on("close", () => call.leave("aborted"));
  try {
    if (orders.failure === undefined) {
      await work(call);
      return call.end("finished");
    }
    await call.pause(orders.delayMs);
    call.end("failed");
    if (orders.failure !== "reset") throw orders.failure;
    response.socket?.resetAndDestroy();
  } finally {
    call.end("failed");
    host.engine.close(call);
  }
}

/** A prompt that the engine has not seen yet. */
export function promptOf(tokens: readonly number[], salt: string | null | undefined): Prompt {
  return { tokens, salt: salt ?? undefined, cached: undefined };
}

/** Tokens as every answer tells of them. */
export function usageOf(promptTokens: number, generated: number) {
  return { prompt_tokens: promptTokens, total_tokens: promptTokens + generated, completion_tokens: generated };
}

/** What is told of a prompt's tokens, where the server was started to tell it. */
export function detailsOf<T extends object>({ settings }: Host, { cached }: Prompt, more: T) {
  return settings.promptDetails ? { cached_tokens: cached ?? 0, ...more } : undefined;
}

/** Which usage a stream carries. */
export function usageWanted(
  { settings }: Host,
  options: { include_usage?: boolean | null; continuous_usage_stats?: boolean | null } | null | undefined,
): { last: boolean; each: boolean } {
  const last = settings.forceUsage || options?.include_usage === true;
  return { last, each: settings.forceUsage || (last && options?.continuous_usage_stats === true) };
}

/** Tells that answers come from no model. */
export const fingerprint = "vllm-simulated-by-freehold";

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
