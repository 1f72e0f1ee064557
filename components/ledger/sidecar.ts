import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import { pinned } from "../country.ts";
import { readOnly } from "../platform/restricted.ts";
import { clientLabels } from "../storage/database.ts";
import { type Access, type AccessArgs, databaseEnv } from "./access.ts";
import type { Programs } from "./programs.ts";

/** What every proxy takes on so that its log is carried to the database. */
export type Sidecar = {
  /** The file that the proxy writes its log to. */
  accessLog: string;
  /** What stands before the proxy's own containers and ends after them. */
  container: object;
  volumes: object[];
  /** Of the proxy's own container. */
  volumeMounts: object[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  extraArgs: string[];
};

export type SidecarArgs = Pick<Country, "registry" | "digests"> & {
  records: AccessArgs["records"];
  programs: Programs;
  /** ConfigMap with the programs. */
  configMap: string;
  access: Access;
};

/** Port on which a recorder tells how it stands. */
export const recorderPort = 9464;
const folder = "/var/log/freehold";
// Some 18 million lines: hours in which the database may be away.
const diskGiB = 8;
/** Bytes that may wait; beyond them the pod is no longer ready. */
export const readyBytes = 7 * 1024 ** 3;
/** The user that Envoy Gateway runs Envoy as, whose files are put aside and taken away. */
const user = 65532;

/** A sidecar that reads the proxy's log, and what the proxy needs for it. */
export function sidecar({ registry, digests, records, programs, configMap, access }: SidecarArgs): Sidecar {
  const log = { name: "access-log", mountPath: folder };
  const accessLog = `${folder}/access.log`;
  return {
    accessLog,
    container: {
      name: "recorder",
      image: pinned(registry, addon("node").images.node!, digests),
      // Beside the proxy from before its first request until after its last.
      restartPolicy: "Always",
      command: ["node"],
      args: [`/programs/${programs.main}`],
      env: [
        { name: "ACCESS_LOG", value: accessLog },
        { name: "REOPEN_URL", value: "http://127.0.0.1:19000/reopen_logs" },
        { name: "PORT", value: String(recorderPort) },
        { name: "LIMIT_BYTES", value: String(readyBytes) },
        ...databaseEnv({ records }, access, "/authority"),
      ],
      ports: [{ name: "records", containerPort: recorderPort }],
      readinessProbe: { httpGet: { path: "/ready", port: recorderPort }, periodSeconds: 10 },
      livenessProbe: { httpGet: { path: "/live", port: recorderPort }, periodSeconds: 30, failureThreshold: 3 },
      resources: { requests: { cpu: "50m", memory: "96Mi" }, limits: { memory: "256Mi" } },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        seccompProfile: { type: "RuntimeDefault" },
        ...readOnly,
      },
      volumeMounts: [
        log,
        { name: "recorder", mountPath: "/programs", readOnly: true },
        { name: "records-authority", mountPath: "/authority", readOnly: true },
      ],
    },
    volumes: [
      { name: log.name, emptyDir: { sizeLimit: `${diskGiB}Gi` } },
      { name: "recorder", configMap: { name: configMap, items: programs.items } },
      {
        name: "records-authority",
        secret: { secretName: access.caSecret, items: [{ key: "ca.crt", path: "ca.crt" }] },
      },
    ],
    volumeMounts: [log],
    labels: clientLabels,
    // Pods take new programs by being made anew.
    annotations: { "freehold.dev/recorder": programs.hash },
    // Ten seconds by default: as long as that, records would be in the proxy's memory alone.
    extraArgs: ["--file-flush-interval-msec", "200"],
  };
}
