import { defineConfig } from "vitest/config";

// Two suites: `fast` answers in seconds and needs nothing but this checkout; `engine` runs the real Pulumi engine and a
// real Kubernetes API server, one file at a time because two control planes at once would measure the machine, not us.
export default defineConfig({
  test: {
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
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
