import { leaving } from "../../../catalogue/exit.ts";
import { platformNames } from "../../platform/names.ts";
import { plugin } from "../../storage/databases/cnpg-cluster.ts";
import { buckets } from "../../storage/object-store.ts";
import type { Move } from "../move.ts";
import { gibText, spanText, transferSeconds } from "../quantity.ts";
import { databaseName, recordsRoute } from "../records-route.ts";
import type { Shell } from "../shell.ts";
import { nothingChanged, type Phase, type Step, unnoticed } from "../step.ts";
import { type Volume, type WeightsMove, weightsMoves } from "../volumes.ts";

const backup = "before-leaving";

/** What is carried over the line, while the cloud serves. */
export function copy(move: Move, shell: Shell, volumes: readonly Volume[]): Phase {
  const restored = recordsRoute(move) === "restore";
  const files = weightsMoves(move).filter(({ copied }) => copied);
  const rooms = volumes.filter(({ what }) => what.startsWith("volumes in"));
  return {
    name: "copy",
    steps: [
      ...files.map((each) => copyWeights(each, move)),
      ...rooms.map((each) => copyRooms(each, move)),
      ...(restored ? [backUp(move, shell), copyBackup(move, volumes)] : []),
    ],
  };
}

function copyWeights({ models, gib, from, to }: WeightsMove, move: Move): Step {
  const there = leaving(move.cloud.country.target.kind).stores.weights;
  const seconds = transferSeconds(gib, move.gbps);
  const commands =
    from.from === "s3" && to.from === "s3"
      ? [
          `rclone copy ${remote("cloud", named(there, move), rest(from.path))} ${remote("hall", to.path.split("/")[0]!, rest(to.path))}`,
        ]
      : [];
  return {
    id: "weights",
    title: `Copy the weights of ${models.join(", ")}`,
    does: `From a machine inside the cloud's network into the hall's ${to.from === "volume" ? `volume ${to.volume}, folder ${to.path}` : "store"}, with SHA256SUMS beside the files. Any tool does that goes on where it stopped.`,
    commands,
    ...taking(seconds, gib, move.gbps),
    clients: unnoticed,
    verify:
      "in the hall: sha256sum -c SHA256SUMS. The model's pods do the same before the engine starts. Comparing by downloading again would be charged again",
    back: nothingChanged,
  };
}

function copyRooms({ what, gib = 0 }: Volume, { gbps }: Move): Step {
  return {
    id: "workspaces",
    title: "Let tenants copy what is in their workspaces",
    does: `Whose it is, knows what of it is needed: ${what}. Each tenant copies its own, from its pods in the cloud to its pods in the hall.`,
    commands: [],
    ...taking(transferSeconds(gib, gbps), gib, gbps, "at most "),
    clients: "the tenants themselves, as far as their own work goes",
    verify: "each tenant says so",
    back: nothingChanged,
  };
}

function backUp({ cloud }: Move, { kubectl, psql }: Shell): Step {
  const { records } = cloud.country.storage!;
  if (records.kind !== "cloudnative-pg") throw new Error("only a database that Freehold makes is backed up by it");
  const spec = `{ cluster: { name: ${databaseName(records)} }, method: plugin, pluginConfiguration: { name: ${plugin} } }`;
  return {
    id: "backup",
    title: "Back the records up",
    does: "A full backup now, so that little of the archive has to be read behind it.",
    commands: [
      `${kubectl(cloud, `-n ${platformNames.storage} create -f -`)} <<EOF\napiVersion: postgresql.cnpg.io/v1\nkind: Backup\nmetadata: { name: ${backup} }\nspec: ${spec}\nEOF`,
      psql(cloud, '-c "SELECT pg_switch_wal()"'),
    ],
    takes: "not known from here: as long as the nightly backup takes",
    clients: unnoticed,
    verify: `${kubectl(cloud, `-n ${platformNames.storage} get backup ${backup} -o jsonpath={.status.phase}`)} says completed`,
    back: nothingChanged,
  };
}

function copyBackup(move: Move, volumes: readonly Volume[]): Step {
  const { records } = move.cloud.country.storage!;
  if (records.kind !== "cloudnative-pg") throw new Error("only a database that Freehold makes has backups of its own");
  const gib = volumes.find(({ what }) => what.startsWith("the last full backup"))?.gib ?? 0;
  const from = named(leaving(move.cloud.country.target.kind).stores.backups, move);
  const name = databaseName(records);
  return {
    id: "copy-backup",
    title: "Copy the backup",
    does: `The full backup that was just made and the archive behind it, under the same name: the hall's own database writes under another one. Older backups stay and go with the cloud.`,
    commands: [
      `rclone copy --max-age 24h ${remote("cloud", from, name)} ${remote("hall", buckets.backups, name)}`,
      // Histories of a database that changed its primary long ago are older, and needed all the same.
      `rclone copy --include '*.history*' ${remote("cloud", from, name)} ${remote("hall", buckets.backups, name)}`,
    ],
    ...taking(transferSeconds(gib, move.gbps), gib, move.gbps, "at most "),
    clients: unnoticed,
    verify: `rclone size --max-age 24h says the same of both; the restore reads every byte`,
    back: "delete the copy in the hall",
  };
}

function taking(seconds: number, gib: number, gbps: number, most = ""): Pick<Step, "takes" | "seconds"> {
  return { seconds, takes: `${most}${spanText(seconds)}: ${gibText(gib)} × 8.59 Gbit ÷ ${gbps} Gbit/s` };
}

/** Where rclone finds it; both remotes are set up by whoever copies, with keys of their own. */
function remote(side: "cloud" | "hall", bucket: string, path: string): string {
  return `${side}:${bucket}/${path}`;
}

function rest(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

/** The name of a store, its words filled in from the target. */
function named(pattern: string, { cloud }: Move): string {
  return pattern.replace(/\{(\w+)\}/g, (_, word: string) => {
    const value = (cloud.country.target as Record<string, unknown>)[word];
    if (typeof value !== "string") throw new Error(`the target has no ${word}, which the catalogue names a store by`);
    return value;
  });
}
