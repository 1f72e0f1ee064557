/** What restricted pod security asks of a pod whose processes are all one user, by its number. */
export function asUser(user: number) {
  return {
    runAsNonRoot: true,
    runAsUser: user,
    runAsGroup: user,
    fsGroup: user,
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** What no container of ours needs. */
export const locked = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** Nor to write where its image is. */
export const readOnly = { ...locked, readOnlyRootFilesystem: true };
