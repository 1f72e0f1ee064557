import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";

/** Where Pulumi keeps a stack's state and which key seals its secrets, as declared or as in force. */
export type StateSettings = { backend: string; secretsProvider: string };

/**
 * The backend and secrets provider in force for a stack, looked up in Pulumi's own order: PULUMI_BACKEND_URL, the
 * project's `backend.url`, the login in PULUMI_HOME, and where there is none, Pulumi Cloud. `projectFolder` holds
 * Pulumi.yaml; `stackFile` is the file the engine reads.
 */
export function stateInForce(projectFolder: string, stackFile: string): StateSettings {
  const project = readYaml(join(projectFolder, "Pulumi.yaml"));
  const credentials = readYaml(join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "credentials.json"));
  const backend =
    process.env.PULUMI_BACKEND_URL || project.backend?.url || credentials.current || "https://api.pulumi.com";
  const declared = readYaml(stackFile).secretsprovider;
  // Without one, Pulumi Cloud seals secrets with its own key and every other backend asks for a passphrase.
  return { backend, secretsProvider: declared || (/^https?:/.test(backend) ? backend : "passphrase") };
}

// biome-ignore lint/suspicious/noExplicitAny: files of other programs, of which only a few optional strings are read.
function readYaml(path: string): any {
  return existsSync(path) ? (parse(readFileSync(path, "utf8")) ?? {}) : {};
}
