import { defineConfig } from "vitest/config";

// Two suites, one after the other: `fast` needs nothing but this checkout; `engine` runs the real Pulumi engine and a real
// Kubernetes API server. Its files wait a third of their time, so three stand side by side; nothing in them is timed.
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          // Those that start the command as a process take seconds each on a machine that is busy.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: "test/engine/toolchain-setup.ts",
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
