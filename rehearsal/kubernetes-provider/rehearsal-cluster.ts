import { statSync } from "node:fs";
import { isLoopback, rehearsalLabel } from "../../components/rehearsal-mark.ts";
import { ApiError, type Client } from "./client.ts";
import { field, type KubeObject } from "./kube-object.ts";
import type { Connection } from "./kubeconfig.ts";

const remedy = `This is Freehold's rehearsal provider for kubernetes; it never touches any other cluster.
  remedy   production needs the official provider: npx freehold setup --production
           or: npx pulumi plugin install resource kubernetes v4.34.2 [--file <archive>]
           (to rehearse: eval "$(npx freehold rehearse <stack> --env)")`;

/** Refuses, before the first request, whatever cannot be a rehearsal: no rehearsal is set, or the server is elsewhere. */
export function refuseUnlessRehearsing({ server }: Connection, env: NodeJS.ProcessEnv = process.env): void {
  const folder = env.FREEHOLD_REHEARSAL;
  if (!folder) throw refusal("FREEHOLD_REHEARSAL is not set: no rehearsal is going on here.");
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw refusal(`FREEHOLD_REHEARSAL names ${folder}, but there is no such folder.`);
  }
  if (!isLoopback(server.hostname)) throw refusal(`${server.origin} is not on this machine.`);
}

/** Refuses a cluster on this machine that does not say itself that it is a rehearsal. */
export async function refuseUnlessLabelled(client: Client, { server }: Connection): Promise<void> {
  const label = await client.request<KubeObject>("GET", "/api/v1/namespaces/kube-system").then(
    (namespace) => field(namespace, "metadata", "labels", rehearsalLabel),
    (error: unknown) => {
      if (error instanceof ApiError) throw refusal(`${server.origin} does not show kube-system: ${error.message}`);
      throw error;
    },
  );
  if (label !== "true") {
    throw refusal(`${server.origin} is no rehearsal: namespace kube-system has no label ${rehearsalLabel}: "true".`);
  }
}

function refusal(found: string): Error {
  return new Error(`${found}\n${remedy}`);
}
