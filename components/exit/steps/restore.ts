import { addon } from "../../../catalogue/index.ts";
import { grouped } from "../../country/wording.ts";
import { platformNames } from "../../platform/names.ts";
import type { Move } from "../move.ts";
import { databaseName, recordsRoute } from "../records-route.ts";
import type { Shell } from "../shell.ts";
import { type Phase, type Step, unnoticed } from "../step.ts";
import { standsBeforeCopy, standUp } from "./prepare.ts";

/** The records come into the hall's database. */
export function restore(move: Move, shell: Shell): Phase {
  const route = recordsRoute(move);
  const first = standsBeforeCopy(move) ? [] : [standUp(move, shell)];
  const records = route === "restore" ? [fromBackup(move, shell)] : route === "dump" ? [fromDump(move, shell)] : [];
  return { name: "restore", steps: [...first, ...records] };
}

function fromBackup({ hall }: Move, { kubectl, psql, pulumi }: Shell): Step {
  const { records } = hall.country.storage!;
  if (records.kind !== "cloudnative-pg") throw new Error("only a database that Freehold makes is restored by it");
  const name = databaseName(records);
  const inStorage = `-n ${platformNames.storage}`;
  return {
    id: "restore",
    title: "Let the hall's database come from the backup",
    does: `freehold:storage.records.restoreFrom of ${hall.stack} says so already; the database ${name} reads the copy. Where it has given up waiting for it, take the object away and let up make it anew: nothing is in it yet.`,
    commands: [
      kubectl(hall, `${inStorage} get cluster ${name}`),
      `# only where it has given up: ${kubectl(hall, `${inStorage} delete cluster ${name}`)} && ${pulumi(hall, "up --refresh")}`,
      pulumi(hall, "up"),
    ],
    takes:
      "not known from here: as long as the hall's disks take to write the records and read the archive behind them",
    clients: unnoticed,
    verify: `the cluster is healthy and a further up changes nothing; ${psql(hall, '-qAtc "SELECT count(*), max(time) FROM usage_records"')} has the moment of the backup`,
    back: "leave it: the cloud's database is as it was",
  };
}

function fromDump({ cloud, hall }: Move, { psql, pgDump }: Shell): Step {
  return {
    id: "dump",
    title: "Carry the records from one database into the other",
    does: "Records, sums, days and refused lines together, in one transaction. The sums are copied and not counted again, so that what was deleted in its time stays counted.",
    commands: [
      `set -o pipefail; { echo 'TRUNCATE usage_records, usage_by_quarter_hour, record_days, refused_lines;'; ${pgDump(cloud)}; } | ${psql(hall, "-1 -f -")}`,
    ],
    takes: "not known from here: as long as both databases take, at least what the line does",
    clients: unnoticed,
    verify: `the same from both: ${psql(cloud, '-qAtc "SELECT count(*), max(time) FROM usage_records"')}, and ${psql(hall, '-qAtc "SELECT count(*), max(time) FROM usage_records"')}`,
    back: "run it again: it begins with an empty table",
  };
}

/** What is held side by side before anybody is sent to the hall. */
export function compare(move: Move, shell: Shell): Phase {
  const records = recordsRoute(move);
  const used = records === "restore" || records === "dump" ? [sameUse(move)] : [];
  return { name: "compare", steps: [sameKeys(move, shell), ...used, answers(move, shell)] };
}

function sameKeys({ cloud, hall }: Move, { pulumi }: Shell): Step {
  const sums = (["keys --show-secrets", "addresses"] as const).flatMap((output) =>
    [cloud, hall].map((side) => `${pulumi(side, `stack output ${output} --json`)} | jq -cS . | sha256sum`),
  );
  const count = Object.values(cloud.country.tenants).reduce((sum, { keys }) => sum + Object.keys(keys).length, 0);
  return {
    id: "compare-keys",
    title: "Compare keys and addresses",
    does: `${grouped(count)} keys and ${grouped(Object.keys(cloud.country.tenants).length)} base URLs, by their sums: no value is shown.`,
    commands: sums,
    takes: "a minute",
    clients: unnoticed,
    verify: "the first two sums are the same, and the last two",
    back: "another seed or another file: back to the step of the seed",
  };
}

function sameUse({ cloud, hall }: Move): Step {
  const use = (stack: string) =>
    `npx freehold usage ${stack} --by tenant,model,day,key --from "$(date -u -d '31 days ago' +%F)" --to "$(date -u -d yesterday +%F)" --csv`;
  return {
    id: "compare-use",
    title: "Compare what was used",
    does: "Whole days that are over, to the token, from both databases; and whether the cloud's ledger, gateway and engines agree with each other.",
    commands: [
      `diff <(${use(cloud.stack)}) <(${use(hall.stack)}) && echo same`,
      `npx freehold reconcile ${cloud.stack} --day "$(date -u -d yesterday +%F)"`,
    ],
    takes: "minutes",
    clients: unnoticed,
    verify: "the first says same, the second ends with 0",
    back: "what differs is in the cloud still: restore again, from a newer backup",
  };
}

/** Lists of models are answered by the door itself and count toward nothing, but ask for key and host. */
function answers({ cloud, hall }: Move, { kubectl }: Shell): Step {
  const tenant = Object.keys(hall.country.tenants)[0]!;
  const host = `${tenant}.${hall.country.gateway.host}`;
  // Through a file descriptor: what stands on a command line, everybody on the machine can read.
  const key = `@<(echo "authorization: Bearer $(npx freehold keys show ${cloud.stack} ${tenant} --production --json | jq -r .value)")`;
  const ours = hall.country.gateway.certificate.from === "issuer";
  const ca = ours
    ? [
        `${kubectl(hall, `-n ${addon("cert-manager").namespace} get secret freehold-root -o jsonpath='{.data.tls\\.crt}'`)} | base64 -d > hall-root.crt`,
      ]
    : [];
  const trust = ours ? " --cacert hall-root.crt" : "";
  return {
    id: "ask",
    title: "Ask the hall with a key from the cloud",
    does: `At its own address, HALL_ADDRESS, before any name leads there: the tenant's host, the key that the cloud made. Then each model once, which is a record of the tenant's like any other.${
      ours ? " hall-root.crt is what tenants have to trust; hand it out now." : ""
    }`,
    commands: [
      ...ca,
      `curl --fail-with-body -sS${trust} --resolve ${host}:443:$HALL_ADDRESS -H ${key} https://${host}/v1/models`,
    ],
    takes: "minutes",
    clients: unnoticed,
    verify: `the models of ${tenant}: ${hall.country.tenants[tenant]!.models.join(", ")}`,
    back: "nobody has been sent there yet",
  };
}
