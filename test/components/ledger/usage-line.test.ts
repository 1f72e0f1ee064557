import { describe, expect, it } from "vitest";
import { usageLine, withoutFragment } from "../../../components/ledger/programs/usage-line.ts";
import { line, refusal } from "./lines.ts";

const record = (text: string) => {
  const read = usageLine(text);
  if (!("record" in read)) throw new Error(JSON.stringify(read));
  return read.record;
};
const reason = (text: string) => {
  const read = usageLine(text);
  return "refused" in read ? read.refused.reason : undefined;
};

describe("a line of the log", () => {
  it("is a record with everything that the proxy says", () => {
    expect(record(line())).toEqual({
      event_id: "e-1",
      time: "2026-11-22T10:00:00.123Z",
      tenant: "bank",
      key: "ci",
      model: "apertus-8b",
      asked: null,
      server: "bank-apertus-8b",
      path: "/v1/chat/completions",
      tokens_in: 12,
      tokens_cached: 4,
      tokens_out: 7,
      counted: "gateway",
      status: 200,
      bytes_out: 512,
      details: "via_upstream",
      flags: null,
      ms: 40,
    });
  });

  it("has its numbers whole, however the proxy writes them", () => {
    expect(record(line().replace('"in":12', '"in":5e+05')).tokens_in).toBe(500_000);
    expect(record(line({ in: "5e+05", out: "7" }))).toMatchObject({ tokens_in: 500_000, tokens_out: 7 });
  });

  it("of a refused request costs nothing and was counted by nobody", () => {
    expect(record(refusal())).toMatchObject({ tokens_in: 0, tokens_out: 0, counted: null, server: null, status: 429 });
  });

  it("names the model that answered, and the one that was asked for where that is another", () => {
    expect(record(line({ served: "apertus-8b" }))).toMatchObject({ model: "apertus-8b", asked: null });
    expect(record(line({ model: "apertus-70b", served: "apertus-8b" }))).toMatchObject({
      model: "apertus-8b",
      asked: "apertus-70b",
    });
  });

  it("of an earlier proxy, which names neither key nor who counted, is a record all the same", () => {
    expect(record(line({ key: undefined, counted: undefined, bytes_out: undefined }))).toMatchObject({
      key: "default",
      counted: "gateway",
      bytes_out: null,
    });
  });

  it("without a tenant is nobody's", () => {
    for (const tenant of [null, "", "-", undefined]) expect(usageLine(line({ tenant }))).toEqual({ anonymous: true });
  });

  it.each([
    ["", "is not JSON"],
    ["upstream connect error", "is not JSON"],
    ["[1]", "is not JSON"],
    ["null", "is not JSON"],
    [line({ event_id: null }), "event_id is missing"],
    [line({ model: "" }), "model is missing"],
    [line({ time: "yesterday" }), "time is no time"],
    [line({ in: -1 }), "in is -1"],
    [line({ out: 1.5 }), "out is 1.5"],
    [line({ total: true }), "total is true"],
    [line({ out: 1e300 }), "out is 1e+300"],
    [line({ status: 70_000 }), "status is 70000"],
    [line({ counted: "guessed" }), "counted is guessed"],
  ])("%j is refused: %s", (text, why) => {
    expect(reason(text)).toBe(why);
  });

  it("that is refused is kept with its tenant, bounded and without what Postgres' text cannot hold", () => {
    const read = usageLine(`\0\0${"x".repeat(20_000)}`);
    expect(read).toMatchObject({ refused: { tenant: null } });
    if ("refused" in read) expect(read.refused.line).toMatch(/^\u{fffd}\u{fffd}x{7998}$/u);
    expect(usageLine(line({ in: -1 }))).toMatchObject({ refused: { tenant: "bank" } });
  });

  it("keeps little of what a client may choose", () => {
    const chosen = record(refusal({ model: "m".repeat(5_000), path: `/${"p".repeat(5_000)}` }));
    expect([chosen.model.length, chosen.path!.length]).toEqual([200, 200]);
  });

  it("behind the fragment of another is found", () => {
    expect(withoutFragment(`{"event_id":"e-0","ti${line()}`)).toEqual({
      fragment: '{"event_id":"e-0","ti',
      rest: line(),
    });
    expect(withoutFragment('{"event_id":"e-0","ti')).toBeUndefined();
  });
});
