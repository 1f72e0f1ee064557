#!/usr/bin/env node
// Runs under any Node, so that an old system Node gets Freehold and not a syntax error. A clone runs its sources, for which
// Node 24 comes as an npm package; the npm package itself holds plain JavaScript.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const isClone = existsSync(main);
const needed = isClone ? 24 : 22;
if (Number(process.versions.node.split(".")[0]) >= needed) {
  const { cacheFolder } = await import(isClone ? "../rehearsal/cache.ts" : "../dist/rehearsal/cache.js");
  module.enableCompileCache(join(cacheFolder(), "node"));
  await import(isClone ? "./main.ts" : "../dist/cli/main.js");
} else {
  const node = isClone ? bundledNode() : undefined;
  if (node === undefined) {
    const [found, remedy] = isClone ? [", and no copy of its own", "npm ci"] : ["", `run it with Node ${needed}`];
    process.stderr.write(
      `Freehold needs Node ${needed} or later.\n  found    Node ${process.versions.node}${found}\n  remedy   ${remedy}\n`,
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
