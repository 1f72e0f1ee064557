import { existsSync } from "node:fs";

// A clone runs its sources; the npm package holds them as plain JavaScript, since Node strips no types inside node_modules.
const pack = existsSync(new URL("./pack.ts", import.meta.url)) ? "./pack.ts" : "../dist/policies/pack.js";
// Not awaited: Pulumi requires this file, which may therefore wait for nothing. Not required: it would compile the types itself.
import(pack);
