import { z } from "zod";
import { misshapen, Refusal } from "./refusal.ts";

const dyingAfter = /^die-after-(\d+)-chunks$/;
const milliseconds = z.int().min(0).max(3_600_000);
const shape = z.strictObject({
  rehearsal_delay_ms: milliseconds.default(0),
  rehearsal_tokens: z.int().min(1).optional(),
  rehearsal_token_ms: milliseconds.default(0),
  rehearsal_fail: z.union([z.literal([500, 503, "reset"]), z.string().regex(dyingAfter)]).optional(),
});

/** How a request wants to be treated, so that a rehearsal can see slow engines and failing ones. */
export type Orders = {
  delayMs: number;
  tokenMs: number;
  /** Tokens of the answer, in place of those of its sentence. */
  tokens: number | undefined;
  failure: Refusal | "reset" | undefined;
  /** Chunks of a stream after which the connection breaks. */
  dieAfter: number | undefined;
};

/** Reads the orders among a request's `vllm_xargs`; those of others are none of our business. */
export function ordersOf({ vllm_xargs, stream }: { vllm_xargs?: unknown; stream?: unknown }): Orders {
  if (vllm_xargs !== undefined && vllm_xargs !== null && typeof vllm_xargs !== "object") {
    throw misshapen("1 validation error: body.vllm_xargs: Input should be a valid dictionary", "body.vllm_xargs");
  }
  const ours = Object.entries(vllm_xargs ?? {}).filter(([name]) => name.startsWith("rehearsal_"));
  const read = shape.safeParse(Object.fromEntries(ours));
  if (!read.success) {
    const [issue] = read.error.issues;
    const path = ["vllm_xargs", ...issue!.path].join(".");
    const known = Object.keys(shape.shape).join(", ");
    throw misshapen(`${path}: ${issue!.message} (an order to the rehearsal's model server; known: ${known})`, path);
  }
  const { rehearsal_delay_ms, rehearsal_token_ms, rehearsal_tokens, rehearsal_fail: fail } = read.data;
  const chunks = typeof fail === "string" ? dyingAfter.exec(fail)?.[1] : undefined;
  if (chunks !== undefined && stream !== true) {
    throw misshapen(`vllm_xargs.rehearsal_fail: ${fail} needs a stream`, "vllm_xargs.rehearsal_fail");
  }
  return {
    delayMs: rehearsal_delay_ms,
    tokenMs: rehearsal_token_ms,
    tokens: rehearsal_tokens,
    failure: fail === "reset" ? fail : typeof fail === "number" ? failures[fail] : undefined,
    dieAfter: chunks === undefined ? undefined : Number(chunks),
  };
}

const failures: Record<number, Refusal> = {
  500: new Refusal(500, "InternalServerError", "Internal server error (ordered by vllm_xargs.rehearsal_fail)"),
  503: new Refusal(503, "Service Unavailable", "Service unavailable (ordered by vllm_xargs.rehearsal_fail)"),
};
