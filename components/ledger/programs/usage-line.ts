/** A request as the table `usage_records` keeps it. */
export type UsageRecord = {
  event_id: string;
  time: string;
  tenant: string;
  key: string;
  /** The one that answered; the one that was asked for where none did. */
  model: string;
  /** The one that was asked for, where another answered. */
  asked: string | null;
  server: string | null;
  path: string | null;
  tokens_in: number;
  tokens_cached: number;
  tokens_out: number;
  counted: "gateway" | "delivered" | null;
  status: number;
  bytes_out: number | null;
  details: string | null;
  flags: string | null;
  ms: number | null;
};

/** A line that is no usage record, with why, as the table `refused_lines` keeps it. */
export type RefusedLine = { tenant: string | null; reason: string; line: string };

/** What a line of the proxies' log is: a record, one that nobody can be asked for, or one that cannot be read. */
export type UsageLine = { record: UsageRecord } | { anonymous: true } | { refused: RefusedLine };

/** Most characters of what a client may choose: a model that there is not, a path that nobody serves. */
const longest = 200;
/** Most of a line that is kept where it is refused. */
const longestLine = 8_000;

/** Reads one line of the log that the gateway's proxies write (components/gateway/proxy.ts says which fields). */
export function usageLine(line: string): UsageLine {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
    if (fields === null || typeof fields !== "object" || Array.isArray(fields)) throw new Error("is no object");
  } catch {
    return { refused: refusedLine(line, "is not JSON") };
  }
  const tenant = text(fields.tenant);
  // Whoever has no key must not be able to fill the database.
  if (tenant === null) return { anonymous: true };
  try {
    return { record: recordOf(tenant, fields) };
  } catch (error) {
    return { refused: refusedLine(line, (error as Error).message, tenant) };
  }
}

/** A line as it is put aside. */
export function refusedLine(line: string, reason: string, tenant: string | null = null): RefusedLine {
  // Postgres' text has every character but this one, and no half of any.
  const kept = line.slice(0, longestLine).replaceAll("\0", "\u{fffd}").toWellFormed();
  return { tenant, reason: reason.slice(0, longest).toWellFormed(), line: kept };
}

/**
 * The line without what stands before it, where the proxy was ended in the middle of one and the next went on in the same
 * line: records are flat, so the second begins at a brace.
 */
export function withoutFragment(line: string): { fragment: string; rest: string } | undefined {
  for (let at = line.indexOf("{", 1); at > 0; at = line.indexOf("{", at + 1)) {
    const rest = line.slice(at);
    if (isJson(rest)) return { fragment: line.slice(0, at), rest };
  }
  return undefined;
}

/** Whether a line is complete: no part of a line is JSON too. */
export function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function recordOf(tenant: string, fields: Record<string, unknown>): UsageRecord {
  const total = count(fields, "total");
  const counts = {
    tokens_in: count(fields, "in"),
    tokens_cached: count(fields, "cached"),
    tokens_out: count(fields, "out"),
  };
  const known = [total, ...Object.values(counts)].some((tokens) => tokens !== null);
  const counted = text(fields.counted) ?? (known ? "gateway" : null);
  if (counted !== null && counted !== "gateway" && counted !== "delivered") throw new Error(`counted is ${counted}`);
  const time = new Date(required(fields, "time"));
  if (Number.isNaN(time.getTime())) throw new Error("time is no time");
  const status = count(fields, "status") ?? 0;
  if (status > 999) throw new Error(`status is ${status}`);
  const asked = required(fields, "model").slice(0, longest);
  const model = text(fields.served)?.slice(0, longest) ?? asked;
  return {
    event_id: required(fields, "event_id"),
    time: time.toISOString(),
    tenant,
    key: text(fields.key) ?? "default",
    model,
    asked: asked === model ? null : asked,
    server: serverOf(text(fields.backend)),
    path: text(fields.path)?.slice(0, longest) ?? null,
    tokens_in: counts.tokens_in ?? 0,
    tokens_cached: counts.tokens_cached ?? 0,
    tokens_out: counts.tokens_out ?? 0,
    counted: known ? counted : null,
    status,
    bytes_out: count(fields, "bytes_out"),
    details: text(fields.details)?.slice(0, longest) ?? null,
    flags: text(fields.flags)?.slice(0, longest) ?? null,
    ms: count(fields, "ms"),
  };
}

/** AI Gateway names a backend by its namespace, its name, and the place in the route that it stands in. */
function serverOf(backend: string | null): string | null {
  if (backend === null) return null;
  const [, name] = backend.split("/");
  return (name ?? backend).slice(0, longest);
}

/** Envoy writes what is not there as null, or as a dash where a value is put together. */
function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" && value !== "-" ? value : null;
}

function required(fields: Record<string, unknown>, name: string): string {
  const value = text(fields[name]);
  if (value === null) throw new Error(`${name} is missing`);
  return value;
}

/** A whole number that is not negative; Envoy's are floating (5e+05), and in a text where a value is put together. */
function count(fields: Record<string, unknown>, name: string): number | null {
  const value = fields[name];
  if (value === undefined || value === null || value === "" || value === "-") return null;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 0) {
    throw new Error(`${name} is ${JSON.stringify(value)}`.slice(0, longest));
  }
  return number;
}
