import { describe, expect, it } from "vitest";
import { judge } from "../../../../policies/judge.ts";
import { india, planned } from "./planned.ts";

it("x", async () => {
  const t = Date.now();
  const resources = await planned();
  console.log(Date.now() - t, resources.length);
  for (const r of resources) console.log(r.urn.split("::").slice(2).join(" "), r.provider?.name);
  const j = judge(resources, india);
  console.log(j.byVerdict, j.coverage);
  for (const f of j.findings) console.log(f.verdict, f.rule, f.type, f.name, f.path, f.value);
});
