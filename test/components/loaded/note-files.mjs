// Loaded before a program with `node --import`: when it ends, every file that it loaded is in $LOADED_FILES, a line each.
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import process from "node:process";

const files = new Set();
registerHooks({
  load(url, context, next) {
    files.add(url);
    return next(url, context);
  },
});
process.on("exit", () => writeFileSync(process.env.LOADED_FILES, [...files].join("\n")));
