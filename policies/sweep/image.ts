const HOSTED = /^([\w-]+(?:\.[\w-]+)+)(?::\d+)?\//;
// A mirror keeps what it holds of these in folders of their names.
const MIRRORED = new Set([
  "docker.io",
  "ghcr.io",
  "quay.io",
  "gcr.io",
  "registry.k8s.io",
  "nvcr.io",
  "mcr.microsoft.com",
]);

/** An image that is given in parts: `{ registry, repository, tag }`, or `{ repository, image, version }`. */
export function imageInParts(object: Record<string, unknown>): string | undefined {
  const { registry, repository, image, tag, version, pullPolicy, digest } = object;
  if (typeof repository !== "string" || repository === "" || repository.includes("://")) return undefined;
  if (typeof image === "string" && typeof version === "string") {
    return `${repository}/${image}${version.startsWith("sha256:") ? "@" : ":"}${version}`;
  }
  if (registry === undefined && tag === undefined && pullPolicy === undefined && digest === undefined) return undefined;
  // Some put the registry before a repository that names its own host, some do not: the repository's host is judged.
  const own = HOSTED.exec(repository)?.[1];
  const whole = typeof registry !== "string" || registry === "" || (own !== undefined && !MIRRORED.has(own));
  const name = whole ? repository : `${registry.replace(/\/$/, "")}/${repository}`;
  return typeof tag === "string" && tag !== "" ? `${name}:${tag}` : name;
}
