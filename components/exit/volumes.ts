import { leaving } from "../../catalogue/exit.ts";
import type { Country } from "../country.ts";
import { sizing } from "../sizing.ts";
import { hostOfUrl } from "../storage/hosts.ts";
import { isAt } from "./at-provider.ts";
import type { Move } from "./move.ts";
import { recordsRoute } from "./records-route.ts";
import { recordsVolume } from "./records-volume.ts";

/** Data of a country: how much it is, whether it leaves the cloud, and how that is known. */
export type Volume = {
  what: string;
  /** Undefined where nobody knows from here. */
  gib?: number;
  /** Whether it is no more than this, rather than this. */
  atMost: boolean;
  /** Whether it leaves the cloud over the line, and is charged. */
  leaves: boolean;
  how: string;
};

/** The files of a model: where they are in the cloud and in the hall, and whether they are copied. */
export type WeightsMove = { models: string[]; gib: number; from: Weights; to: Weights; copied: boolean };

type Weights = Country["models"][string]["weights"];

/** All data of a country that moves, or that somebody might expect to. */
export function volumes(move: Move): Volume[] {
  return [
    ...weightsMoves(move).map(weightsRow(move)),
    images(move),
    ...records(move),
    ...workspaces(move),
    ...left(move),
  ];
}

/** Weights, each set of files once, however many models and replicas read them. */
export function weightsMoves({ cloud, hall }: Move): WeightsMove[] {
  const { provider } = leaving(cloud.country.target.kind);
  const moves = new Map<string, WeightsMove>();
  for (const [name, model] of Object.entries(cloud.country.models)) {
    const from = model.weights;
    const to = hall.country.models[name]!.weights;
    const key = JSON.stringify([from, to, model.model]);
    const known = moves.get(key);
    if (known) {
      known.models.push(name);
      continue;
    }
    const { weights: gib } = sizing({ ...model, pool: cloud.country.pools[model.pool]! });
    const copied = isThere(from, cloud.country, provider) && (to.from !== "image" || from.from === "image");
    moves.set(key, { models: [name], gib, from, to, copied });
  }
  return [...moves.values()];
}

/** Whether weights lie in the cloud itself, and not with somebody who stays. */
function isThere(weights: Weights, { storage }: Country, provider: string): boolean {
  if (weights.from === "image") return isAt(weights.reference ?? "", provider);
  if (weights.from === "volume") return true;
  return storage?.objects.kind !== "s3" || isAt(hostOfUrl(storage.objects.endpoint).host, provider);
}

function weightsRow({ hall }: Move) {
  return ({ models, gib, to, copied }: WeightsMove): Volume => ({
    what: `weights of ${models.join(", ")}`,
    gib,
    atMost: false,
    leaves: copied,
    how: `parameters × bytes of their precision, from the catalogue; ${
      copied
        ? "copied"
        : to.from === "image"
          ? `the hall takes them from ${hall.country.registry}`
          : "the hall reads them where they are"
    }`,
  });
}

function images({ hall }: Move): Volume {
  const how = `the hall takes them from ${hall.country.registry}; npx freehold images ${hall.stack} lists them with their publishers`;
  return { what: "images and charts", atMost: false, leaves: false, how };
}

function records(move: Move): Volume[] {
  const route = recordsRoute(move);
  if (route === "none") {
    const how = "the cloud keeps none in a database: they are lines in its proxies' log, and are not moved";
    return [{ what: "usage records", gib: 0, atMost: false, leaves: false, how }];
  }
  if (route === "stay") {
    const how = "both sides name the same database: they stay where they are";
    return [{ what: "usage records", gib: 0, atMost: false, leaves: false, how }];
  }
  const { gib, how, measured } = recordsVolume(move);
  if (route === "dump") return [{ what: "usage records", gib, atMost: !measured, leaves: true, how }];
  return [
    { what: "usage records", gib, atMost: !measured, leaves: false, how: `${how}; they come with the backup` },
    {
      what: "the last full backup of the records",
      gib,
      atMost: true,
      leaves: true,
      how: "compressed, so no more than the records themselves; the archive since then is of minutes and not counted",
    },
  ];
}

function workspaces({ cloud }: Move): Volume[] {
  const rooms = Object.entries(cloud.country.tenants).flatMap(([name, { workspace }]) =>
    workspace && workspace.storageGiB > 0 ? [{ name, gib: workspace.storageGiB }] : [],
  );
  if (rooms.length === 0) return [];
  return [
    {
      what: `volumes in the workspaces of ${rooms.map(({ name }) => name).join(", ")}`,
      gib: rooms.reduce((sum, { gib }) => sum + gib, 0),
      atMost: true,
      leaves: true,
      how: "storageGiB, which is all that they may claim; what is in them the tenants know, and copy",
    },
  ];
}

/** What stays behind unless somebody takes it along. */
function left({ cloud }: Move): Volume[] {
  const metrics = {
    what: "metrics of the past",
    atMost: false,
    leaves: false,
    how: "they are on Prometheus' volume and go with the cluster",
  };
  return [
    ...(cloud.country.monitoring ? [metrics] : []),
    {
      what: "audit log of the cloud",
      atMost: false,
      leaves: false,
      how: "taken along where a law asks for it, before the keys go",
    },
  ];
}
