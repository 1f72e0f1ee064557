import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ProgressLines } from "../../cli/progress.ts";
import { SetupLines } from "../../cli/setup-lines.ts";
import type { Progress } from "../../rehearsal/toolchain.ts";

/** What is printed, off a terminal and without the times, when a set-up tells these things. */
function printed(...told: Pick<Progress, "phase" | "detail" | "usuallySeconds">[]): string[] {
  const out = new PassThrough();
  const show = new SetupLines(new ProgressLines(out as unknown as NodeJS.WriteStream));
  for (const one of told) show.show({ part: "envoy", is: "Envoy", source: "registries", ...one });
  show.close();
  return String(out.read())
    .trimEnd()
    .split("\n")
    .map((line) => line.replace(/ \([\d.]+ s\)$/, "").replace(/^ +engine +/, ""));
}

test("a part that was being built and could not be had is told with the reason, not as done", () => {
  const building = { phase: "building", usuallySeconds: 170 } as const;
  expect(
    printed(
      { phase: "skipped", detail: "FREEHOLD_MIRROR is not set" },
      building,
      { phase: "skipped", detail: "Building failed. no such host" },
      { phase: "absent", detail: "mirror: FREEHOLD_MIRROR is not set; registries: Building failed. no such host" },
    ),
  ).toEqual([
    "Envoy: building from source (registries) (usually 2 min 50 s)",
    "Envoy: not to be had here. Building failed. no such host",
  ]);
  expect(printed(building, { phase: "ready" }).at(-1)).toBe("Envoy: ready, from registries");
});

test("an optional part that nobody began to fetch costs no line", () => {
  expect(printed({ phase: "skipped", detail: "no" }, { phase: "absent", detail: "no" }, { phase: "found" })).toEqual([
    "1 parts are here already",
  ]);
});
