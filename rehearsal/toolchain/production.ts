import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Finding } from "../doctor.ts";
import type { Job } from "./source.ts";
import { pulumiHome } from "./sources/installed.ts";

/** What production stands on in this shell: the official engine and provider in the operator's own Pulumi home. */
export function production(job: Job): Finding[] {
  const home = pulumiHome(job);
  const findings: Finding[] = [];
  const current = job.env.PULUMI_HOME;
  if (current?.startsWith(job.cache + sep)) {
    findings.push({
      what: "this shell",
      status: "note",
      found: "points at a rehearsal, not at production",
      where: current,
      remedy: "unset PULUMI_HOME PULUMI_BACKEND_URL KUBECONFIG    (or open a new shell)",
    });
  }
  const { pulumi, "pulumi-resource-kubernetes": provider } = job.catalogue.parts;
  const places = [
    ["production engine", join(home, "versions", pulumi.version, "bin", "pulumi"), "pulumi"],
    [
      "production language host",
      join(home, "versions", pulumi.version, "bin", "pulumi-language-nodejs"),
      "pulumi-language-nodejs",
    ],
    [
      "production provider",
      join(home, "plugins", provider.plugin!, "pulumi-resource-kubernetes"),
      "pulumi-resource-kubernetes",
    ],
  ] as const;
  for (const [what, path, part] of places) {
    const { version } = job.catalogue.parts[part];
    if (existsSync(path)) findings.push({ what, status: "ok", found: version, where: path });
    else {
      const remedy = "npx freehold setup --production";
      findings.push({
        what,
        status: "note",
        found: `no official ${version}; only rehearsals run`,
        where: path,
        remedy,
      });
    }
  }
  return findings;
}

/** Which Pulumi backend is in force outside the country files; secrets in its address are not shown. */
export async function login(job: Job): Promise<Finding> {
  const what = "Pulumi backend";
  if (job.env.PULUMI_BACKEND_URL) {
    return { what, status: "note", found: withoutSecrets(job.env.PULUMI_BACKEND_URL), where: "PULUMI_BACKEND_URL" };
  }
  const file = join(pulumiHome(job), "credentials.json");
  try {
    const { current } = JSON.parse(await readFile(file, "utf8")) as { current?: string };
    if (current) return { what, status: "note", found: withoutSecrets(current), where: file };
  } catch {
    // No file, or one that the engine cannot read either: nobody is logged in.
  }
  return {
    what,
    status: "note",
    found: "nobody is logged in; the country file's own backend is in force",
    where: file,
  };
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//***@");
}
