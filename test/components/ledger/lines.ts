/** A line as the proxies' log has it, of an answered request unless told otherwise. */
export function line(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    event_id: "e-1",
    time: "2026-11-22T10:00:00.123Z",
    tenant: "bank",
    key: "ci",
    path: "/v1/chat/completions",
    model: "apertus-8b",
    backend: "freehold-gateway/bank-apertus-8b/route/models-1/rule/0/ref/0",
    in: 12,
    cached: 4,
    out: 7,
    total: 19,
    counted: "gateway",
    bytes_out: 512,
    status: 200,
    details: "via_upstream",
    flags: "-",
    ms: 40,
    ...fields,
  });
}

/** A line of a request that was refused: it cost nothing. */
export function refusal(fields: Record<string, unknown> = {}): string {
  const nothing = { in: null, cached: null, out: null, total: null, counted: null };
  return line({ status: 429, backend: null, ...nothing, ...fields });
}
