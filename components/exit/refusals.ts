import { leaving } from "../../catalogue/exit.ts";
import { placeOf } from "../../catalogue/index.ts";
import { isErasable } from "../country/erasable.ts";
import type { Finding } from "../country/fault.ts";
import { atProvider } from "./at-provider.ts";
import { differingModels, differingTenants } from "./kept.ts";
import { type CloudCountry, type HallCountry, isCloud, isHall, type Side } from "./move.ts";
import { databaseName, recordsRoute } from "./records-route.ts";

/** A reason not to move, and whose file has to change. */
export type Refusal = Finding & { in: "cloud" | "hall" };

type Measured = { recordsGiB?: number };
type Sides = { cloud: Side; hall: Side } & Measured;
type Judged = { cloud: Side<CloudCountry>; hall: Side<HallCountry> } & Measured;

/** Everything that speaks against a move: what is no cloud and no hall, what would not be the same, what would be lost. */
export function exitRefusals({ cloud, hall, recordsGiB }: Sides): Refusal[] {
  if (!isCloud(cloud.country)) {
    const found = "onprem: the country stands in a hall already";
    const remedy = "name the country file that stands in a cloud first, and the hall's with --to";
    return [{ in: "cloud", at: ["target", "kind"], found, allowed: "aws or azure", remedy }];
  }
  if (!isHall(hall.country)) {
    const found = `${hall.country.target.kind}: another cloud is no hall`;
    const remedy = "name with --to the country file whose target is onprem";
    return [{ in: "hall", at: ["target", "kind"], found, allowed: "onprem", remedy }];
  }
  const judged = { cloud, hall, ...(recordsGiB !== undefined && { recordsGiB }) } as Judged;
  return [
    ...judgePlace(judged),
    ...judgeNames(judged),
    ...differingModels(judged),
    ...differingTenants(judged),
    ...judgeRecords(judged),
    ...judgeRoom(judged),
    ...judgeErase(judged),
    ...atProvider(judged),
  ];
}

/** A cluster of one's own in the provider's region is still the provider's. */
function judgePlace({ cloud, hall }: Judged): Refusal[] {
  const { provider } = leaving(cloud.country.target.kind);
  const { place } = hall.country.target;
  if (placeOf(place)?.provider !== provider) return [];
  const code = hall.country.country;
  const allowed = `a place of the operator's own, such as ${code} or ${code}-...`;
  const found = `${place}, a region of ${provider}`;
  return [{ in: "hall", at: ["target", "place"], found, allowed, remedy: `write  place: ${code}` }];
}

/** What addresses and law follow from. */
function judgeNames({ cloud, hall }: Judged): Refusal[] {
  const same = (at: string[], to: string, from: string): Refusal[] =>
    to === from
      ? []
      : [
          {
            in: "hall",
            at,
            found: to,
            allowed: `${from}, as ${cloud.stack} has it: tenants keep their addresses and their law`,
            remedy: `write  ${at.at(-1)}: ${from}`,
          },
        ];
  const [a, b] = [cloud.country, hall.country];
  const twice: Refusal[] =
    cloud.stack === hall.stack
      ? [
          {
            in: "hall",
            at: [],
            found: `${hall.stack}, the name of the cloud's stack`,
            allowed: "a stack of its own: both stand side by side for a while",
            remedy: "give the hall's file another name, Pulumi.<stack>.yaml",
          },
        ]
      : [];
  return [
    ...twice,
    ...same(["country"], b.country, a.country),
    ...same(["operator", "domain"], b.operator.domain, a.operator.domain),
    ...same(["gateway", "host"], b.gateway.host, a.gateway.host),
  ];
}

function judgeRecords({ cloud, hall }: Judged): Refusal[] {
  const from = cloud.country.storage;
  const to = hall.country.storage;
  if (!from) return [];
  if (!to) {
    return [
      {
        in: "hall",
        at: ["storage"],
        found: `no storage, while ${cloud.stack} keeps usage records`,
        allowed: "a storage section: records, and the months' budgets that come from them, move too",
        remedy: "add  freehold:storage  with keys, objects and records",
      },
    ];
  }
  if (recordsRoute({ cloud, hall }) !== "restore") return [];
  if (from.records.kind !== "cloudnative-pg" || to.records.kind !== "cloudnative-pg") return [];
  const wanted = databaseName(from.records);
  const { restoreFrom } = to.records;
  const remedy = `write  restoreFrom: { serverName: ${wanted} }`;
  if (restoreFrom?.serverName !== wanted) {
    return [
      {
        in: "hall",
        at: ["storage", "records", "restoreFrom"],
        found: restoreFrom ? `a backup of ${restoreFrom.serverName}` : "a database that begins empty",
        allowed: `the backup of ${wanted}, which is the database of ${cloud.stack}`,
        remedy,
      },
    ];
  }
  if (restoreFrom.until === undefined) return [];
  return [
    {
      in: "hall",
      at: ["storage", "records", "restoreFrom", "until"],
      found: `${restoreFrom.until}: what came after it would be missing`,
      allowed: "nothing: the latest there is",
      remedy: "take it out",
    },
  ];
}

/** A restore that fills its volume ends in the middle of the night. */
function judgeRoom({ cloud, hall, recordsGiB }: Judged): Refusal[] {
  const records = hall.country.storage?.records;
  if (recordsGiB === undefined || records?.kind !== "cloudnative-pg" || records.volumeGiB > recordsGiB) return [];
  return [
    {
      in: "hall",
      at: ["storage", "records", "volumeGiB"],
      found: `${records.volumeGiB} GiB, for records of ${recordsGiB} GiB in ${cloud.stack}`,
      allowed: "more than the records are, with room for those to come",
      remedy: `write  volumeGiB: ${Math.ceil(recordsGiB * 2)}`,
    },
  ];
}

/** The word that lifts every protection is for the end; the word for a tenant that left has to come along. */
function judgeErase({ cloud, hall }: Judged): Refusal[] {
  const early = (
    [
      ["cloud", cloud],
      ["hall", hall],
    ] as const
  ).flatMap(([where, { country }]): Refusal[] =>
    isErasable("storage", country.erase)
      ? [
          {
            in: where,
            at: ["erase"],
            found: "a word by which data may be deleted, before it has been moved and compared",
            allowed: "nothing that names storage or everything",
            remedy: "take it out; the plan says when to write it, and on which side",
          },
        ]
      : [],
  );
  const gone = cloud.country.erase.filter((word) => word.startsWith("tenants/") && !hall.country.erase.includes(word));
  if (!cloud.country.storage || gone.length === 0) return early;
  return [
    ...early,
    {
      in: "hall",
      at: ["erase"],
      found: `no ${gone.join(", ")}`,
      allowed: `what ${cloud.stack} erases: from a backup those records would come back`,
      remedy: `write  freehold:erase: [${[...hall.country.erase, ...gone].join(", ")}]`,
    },
  ];
}
