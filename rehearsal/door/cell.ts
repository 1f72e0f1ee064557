/** The namespaces that a door's processes live in, as words for `unshare`: a user, a network, mounts, shared memory and processes of their own. */
export const cellNamespaces = [
  "--user",
  "--map-root-user",
  "--net",
  "--mount",
  "--ipc",
  "--pid",
  "--fork",
  "--mount-proc",
  "--kill-child",
];
