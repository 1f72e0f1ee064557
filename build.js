// What `npm pack` takes along: Node strips no types inside node_modules, so a package holds the sources as plain JavaScript,
// and beside them the data that they read. All of it stands in dist, where git does not look and a clone never does.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(at("dist"), { recursive: true, force: true });
if (!process.argv.includes("--remove")) {
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [compiler, "--project", at("tsconfig.build.json")], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  for (const room of ["catalogue", "components", "rehearsal"]) {
    cpSync(at(room), at(`dist/${room}`), { recursive: true, filter: (path) => !path.endsWith(".ts") });
  }
  for (const file of ["package.json", "stacks/country.schema.json"]) cpSync(at(file), at(`dist/${file}`));
}
