import { join, resolve } from "node:path";

/** Label on the namespace kube-system by which a cluster says that it is a rehearsal. */
export const rehearsalLabel = "freehold.dev/rehearsal";

/** Whether a host name can only mean this machine, where alone a rehearsal's cluster may be. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * Whether a program runs in a rehearsal that has no cluster yet to say so: engine, plugins and state are all the rehearsal's
 * own, so that nothing it does reaches further than its folder.
 */
export function isRehearsing(env: NodeJS.ProcessEnv = process.env): boolean {
  const { FREEHOLD_REHEARSAL: folder, PULUMI_HOME: home, PULUMI_BACKEND_URL: backend } = env;
  if (!folder || !home || !backend) return false;
  return resolve(home) === join(resolve(folder), "pulumi") && backend === `file://${join(resolve(folder), "state")}`;
}
