/** Label on the namespace kube-system by which a cluster says that it is a rehearsal. */
export const rehearsalLabel = "freehold.dev/rehearsal";

/** Whether a host name can only mean this machine, where alone a rehearsal's cluster may be. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
