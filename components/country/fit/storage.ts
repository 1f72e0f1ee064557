import type { Finding } from "../fault.ts";
import { exists } from "../moment.ts";
import type { Sound } from "../sound.ts";
import { show } from "../wording.ts";

type Storage = NonNullable<Sound["storage"]>;
type Ceph = Extract<NonNullable<Storage["objects"]>, { kind?: "ceph" }>;
type Cnpg = Extract<NonNullable<Storage["records"]>, { kind?: "cloudnative-pg" }>;

/** What of the storage does not go together with the rest. */
export function judgeStorage({ storage, models }: Sound): Finding[] {
  const { objects, records } = storage ?? {};
  return [
    ...(objects?.kind === "ceph" ? [...judgeDisks(objects), ...judgeBuckets(models)] : []),
    ...(records?.kind === "cloudnative-pg" ? judgeDatabase(records) : []),
  ];
}

/** Ceph erases what it takes, so a pattern that takes everything is a slip; and no disk holds two copies of the same. */
function judgeDisks({ devices, claims, copies }: Ceph): Finding[] {
  const found: Finding[] = [];
  const pattern = devices === undefined ? undefined : compiled(devices);
  if (pattern === "invalid") {
    found.push({
      at: ["storage", "objects", "devices"],
      found: `${show(devices)}, which is no regular expression`,
      allowed: "a regular expression of device names",
      remedy: "write  devices: ^nvme[1-9]n1$  (an example)",
    });
  } else if (pattern && systemDisks.every((name) => pattern.test(name))) {
    found.push({
      at: ["storage", "objects", "devices"],
      found: `${show(devices)}, which means every disk of a node, the system's own too`,
      allowed: "a pattern of the disks that Ceph may take and erase",
      remedy: "write  devices: ^nvme[1-9]n1$  (an example)",
    });
  }
  if (claims?.count !== undefined && copies !== undefined && claims.count < copies) {
    found.push({
      at: ["storage", "objects", "claims", "count"],
      found: `${claims.count} volumes for ${copies} copies`,
      allowed: `at least ${copies}: each copy is on a disk of its own`,
      remedy: `write  count: ${copies}  or  copies: ${Math.max(2, claims.count)}`,
    });
  }
  return found;
}

const systemDisks = ["sda", "vda", "nvme0n1"];

function compiled(pattern: string): RegExp | "invalid" {
  try {
    return new RegExp(pattern);
  } catch {
    return "invalid";
  }
}

/** Model servers have a key to one bucket of the store that is made here. */
function judgeBuckets(models: Sound["models"]): Finding[] {
  return Object.entries(models ?? {}).flatMap(([name, model]) => {
    const path = model?.weights?.from === "s3" ? model.weights.path : undefined;
    if (path === undefined || path.startsWith("weights/")) return [];
    return [
      {
        at: ["models", name, "weights", "path"],
        found: show(path),
        allowed:
          "weights/ and a prefix: model servers may read the bucket weights of the country's own store, and no other",
        remedy: `write  path: weights/${path.slice(path.indexOf("/") + 1)}`,
      },
    ];
  });
}

function judgeDatabase({ backupSchedule, restoreFrom }: Cnpg): Finding[] {
  const wrong = backupSchedule === undefined ? undefined : wrongField(backupSchedule);
  const until = restoreFrom?.until;
  return [
    ...(wrong
      ? [
          {
            at: ["storage", "records", "backupSchedule"],
            found: `${show(backupSchedule)}, with ${wrong.text} for the ${wrong.unit}`,
            allowed: `${wrong.unit} from ${wrong.from} to ${wrong.to}`,
            remedy: "write  backupSchedule: 0 0 2 * * *  (an example: every night at two, UTC)",
          },
        ]
      : []),
    ...(until !== undefined && !exists(until)
      ? [
          {
            at: ["storage", "records", "restoreFrom", "until"],
            found: `${show(until)}, a moment that does not exist`,
            allowed: "a time with its zone, such as 2026-11-20T12:00:00Z",
            remedy: "write the moment just before what has to be undone, or take  until  out for the latest there is",
          },
        ]
      : []),
  ];
}

const cronFields = [
  { unit: "seconds", from: 0, to: 59 },
  { unit: "minutes", from: 0, to: 59 },
  { unit: "hours", from: 0, to: 23 },
  { unit: "days of the month", from: 1, to: 31 },
  { unit: "months", from: 1, to: 12 },
  { unit: "days of the week", from: 0, to: 6 },
] as const;

/** The first field of a cron expression with a number that is out of its range. Names and steps are CloudNativePG's to read. */
function wrongField(schedule: string) {
  return schedule
    .split(/\s+/)
    .map((text, index) => ({ text, ...cronFields[index]! }))
    .find(({ text, from, to }) =>
      [...text.matchAll(/(?<![\w/])\d+/g)].some(([number]) => Number(number) < from || Number(number) > to),
    );
}
