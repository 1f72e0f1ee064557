import process from "node:process";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Failure, fail } from "../../cli/failure.ts";

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What a user reads of an error. */
function failed(error: unknown): string {
  expect(() => fail(error)).toThrow("exit 1");
  return said;
}

it("says what lies behind a request that failed, as far down as it goes", () => {
  const cause = new Error("connect failed", { cause: new Error("the wire is cut") });
  expect(failed(new TypeError("fetch failed", { cause }))).toBe(
    "fetch failed\n  because  connect failed\n  because  the wire is cut\n",
  );
});

it("says of a host with several addresses what each of them answered", () => {
  const cause = new AggregateError([
    new Error("connect ECONNREFUSED ::1"),
    new Error("connect ECONNREFUSED 127.0.0.1"),
  ]);
  expect(failed(new TypeError("fetch failed", { cause }))).toBe(
    "fetch failed\n  because  connect ECONNREFUSED ::1, connect ECONNREFUSED 127.0.0.1\n",
  );
});

it("says nothing twice", () => {
  const cause = new Error("ECONNREFUSED");
  expect(failed(new Error("the API server cannot be reached: ECONNREFUSED", { cause }))).toBe(
    "the API server cannot be reached: ECONNREFUSED\n",
  );
});

it("shows where our own mistakes were made to who asks, and never what was written for users", () => {
  vi.stubEnv("FREEHOLD_DEBUG", "1");
  expect(failed(new Failure("no such country"))).toBe("no such country\n");
  said = "";
  expect(failed(new TypeError("oh"))).toMatch(/TypeError: oh\n +at /);
});
