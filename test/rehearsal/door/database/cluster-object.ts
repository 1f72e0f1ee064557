import type { ClusterObject } from "../../../../rehearsal/door/database/objects.ts";

/** A Cluster as the stack orders it, as far as a rehearsal reads it. */
export function clusterObject(spec: Partial<ClusterObject["spec"]> = {}): ClusterObject {
  return {
    metadata: { name: "usage", namespace: "storage", uid: "1234" },
    spec: {
      instances: 3,
      imageName: "registry.example/cloudnative-pg/postgresql:18.4-system-trixie",
      bootstrap: { initdb: { database: "records", owner: "writer", dataChecksums: true, encoding: "UTF8" } },
      ...spec,
    },
  };
}
