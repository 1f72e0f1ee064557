import { writeFileSync } from "node:fs";
import { stackFileSchema } from "./country/json-schema.ts";

// Run after a change to the country file's schema; a test says when it was forgotten.
writeFileSync(
  new URL("../stacks/country.schema.json", import.meta.url),
  `${JSON.stringify(stackFileSchema(), null, 2)}\n`,
);
