import { describe, expect, it } from "vitest";
import { clientId, firstKeys, isLetIn, keyGenerations, readClientId } from "../../../components/gateway/key-life.ts";

const at = Date.parse("2026-11-22T12:00:00Z") / 1000;
const day = 86_400;
const key = (said: object = {}) => ({ generation: 1, revoked: false, ...said });
const lives = (said: object) =>
  keyGenerations("bank", { ci: key(said) }, at).map(({ generation, state, until }) => [generation, state, until]);

describe("a key's life", () => {
  it("has no end where none is declared", () => {
    expect(lives({})).toEqual([[1, "valid", undefined]]);
  });

  it("lasts to the end of its last day in UTC, or to the very moment", () => {
    expect(lives({ expires: "2026-11-22" })).toEqual([[1, "valid", at + day / 2]]);
    expect(lives({ expires: "2026-11-21" })).toEqual([[1, "expired", at - day / 2]]);
    expect(lives({ expires: "2026-11-22T13:00:01+01:00" })).toEqual([[1, "valid", at + 1]]);
    expect(lives({ expires: "2026-11-22T13:00:00+01:00" })).toEqual([[1, "expired", at]]);
  });

  it("overlaps with the generation before for as long as is said, and never as long as its own", () => {
    const overlapUntil = "2026-11-24";
    expect(lives({ generation: 3, overlapUntil })).toEqual([
      [3, "valid", undefined],
      [2, "overlap", at + 2.5 * day],
    ]);
    expect(lives({ generation: 2, overlapUntil, expires: "2026-11-22" })).toEqual([
      [2, "valid", at + day / 2],
      [1, "overlap", at + day / 2 - 1],
    ]);
    expect(lives({ generation: 2, overlapUntil: "2026-11-20" })).toEqual([[2, "valid", undefined]]);
  });

  it("ends with its revocation, and every generation's with it", () => {
    const [only, ...others] = keyGenerations(
      "bank",
      { ci: key({ generation: 2, overlapUntil: "2027-01-01", revoked: true }) },
      at,
    );
    expect([only!.state, isLetIn(only!), others]).toEqual(["revoked", false, []]);
  });
});

describe("a client id", () => {
  it("is the tenant for its first key, and else says the key, and when it ends", () => {
    expect(clientId({ tenant: "bank", key: "default" })).toBe("bank");
    expect(clientId({ tenant: "bank", key: "ci" })).toBe("bank.ci");
    expect(clientId({ tenant: "bank", key: "ci", until: 1_800_000_000 })).toBe("bank.ci.1800000000");
    expect(clientId({ tenant: "bank", key: "default", until: 1_800_000_000 })).toBe("bank.default.1800000000");
  });

  it("is read back as it was written, by whatever names a country file allows", () => {
    for (const of of [
      { tenant: "bank", key: "default" },
      { tenant: "a-1", key: "1-a" },
      { tenant: "x".repeat(40), key: "default", until: 4_000_000_000 },
      { tenant: "0", key: "0", until: 0 },
    ]) {
      const id = clientId(of);
      expect(readClientId(id)).toEqual(of);
      expect(id).toMatch(/^[-._a-zA-Z0-9]{1,253}$/);
    }
  });

  it("is another for every generation that is let in", () => {
    const ends = [undefined, "2026-11-22", "2026-11-22T12:00:01Z", "2026-11-22T12:00:02Z", "2027-01-01"];
    for (const expires of ends) {
      for (const overlapUntil of ends) {
        const keys = {
          default: key({ generation: 2, expires, overlapUntil }),
          ci: key({ generation: 2, expires, overlapUntil }),
        };
        const ids = keyGenerations("bank", keys, at).filter(isLetIn).map(clientId);
        expect(new Set(ids).size).toBe(ids.length);
      }
    }
  });

  it("leads to a tenant's first key before its others, and to its newer value before the older", () => {
    const held = {
      "bank.ci": "a",
      "bank.default.20": "b",
      "bank.default.10": "c",
      clinic: "d",
      "clinic.default.10": "e",
      "x.ci.9": "f",
    };
    expect(firstKeys(held)).toEqual({ bank: "b", clinic: "d", x: "f" });
    expect(firstKeys({ bank: "b", "bank.default.99": "c", "bank.a": "d" })).toEqual({ bank: "b" });
  });
});
