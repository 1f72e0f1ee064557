#!/usr/bin/env node
// Runs under any Node, so that an old system Node gets Freehold and not a syntax error: Node 24 comes as an npm package.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const main = join(dirname(fileURLToPath(import.meta.url)), "main.ts");
if (Number(process.versions.node.split(".")[0]) >= 24) {
  const { cacheFolder } = await import("../rehearsal/cache.ts");
  module.enableCompileCache(join(cacheFolder(), "node"));
  await import("./main.ts");
} else {
  const node = bundledNode();
  if (node === undefined) {
    process.stderr.write(
      `Freehold needs Node 24 or later.\n  found    Node ${process.versions.node}, and no copy of its own\n  remedy   npm ci\n`,
    );
    process.exit(1);
  }
  // Signals reach the child as members of the same group; it decides how to stop.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
  const { status } = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exit(status ?? 1);
}

function bundledNode() {
  try {
    const node = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}
