import { defineConfig } from "vitest/config";

// Two suites: `fast` answers in seconds and needs nothing but this checkout; `engine` runs the real Pulumi engine and a
// real Kubernetes API server. Its files wait more than they work, so two stand side by side; nothing in them is timed.
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**"],
          // Those that start the command as a process take seconds each on a machine that is busy.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "engine",
          include: ["test/engine/**/*.test.ts"],
          globalSetup: "test/engine/toolchain-setup.ts",
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
