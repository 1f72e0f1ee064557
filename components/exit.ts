import { type Difference, differences } from "./exit/differences.ts";
import { type Egress, egress } from "./exit/egress.ts";
import type { Move } from "./exit/move.ts";
import { type Proprietary, proprietary } from "./exit/proprietary.ts";
import { transferSeconds } from "./exit/quantity.ts";
import { recordsRoute } from "./exit/records-route.ts";
import { shell } from "./exit/shell.ts";
import type { Phase } from "./exit/step.ts";
import { copy } from "./exit/steps/copy.ts";
import { leave } from "./exit/steps/leave.ts";
import { prepare } from "./exit/steps/prepare.ts";
import { compare, restore } from "./exit/steps/restore.ts";
import { afterwards, daysAnew, overlapMinutes, overruns, switchOver } from "./exit/steps/switch.ts";
import { type Volume, volumes } from "./exit/volumes.ts";
import { tenantHost } from "./gateway/names.ts";

export type { Move, Side } from "./exit/move.ts";
export { exitRefusals, type Refusal } from "./exit/refusals.ts";

/** The plan for leaving a cloud: what stays the same, what moves and in which order, what it costs, what replaces what. */
export type ExitPlan = {
  from: { stack: string; kind: string; place: string };
  to: { stack: string; place: string };
  on: string;
  /** What is the same before and after. */
  stays: { tenants: string[]; keys: number; models: string[]; baseUrls: string[] };
  /** What is not, and what clients notice of it. */
  differs: Difference[];
  volumes: Volume[];
  transfer: { gbps: number; gib: number; atMost: boolean; seconds: number };
  /** Seconds without answers that are expected, and what may happen beside. */
  downtime: { seconds: number; beside: string[] };
  /** What tenants may use beyond budgets and days, in tokens, because of the switch. */
  beyond: { overlapMinutes: number; budgets: Tokens[]; days: Tokens[] };
  egress: Egress;
  proprietary: Proprietary[];
  phases: Phase[];
};

type Tokens = { tenant: string; tokens: number };

/** The plan of a move that nothing speaks against: `exitRefusals` has to be empty. */
export function exitPlan(move: Move): ExitPlan {
  const { cloud, hall, gbps } = move;
  const { tenants, models, gateway, target } = cloud.country;
  const all = volumes(move);
  const commands = shell(move);
  const leaves = all.filter((volume) => volume.leaves);
  const gib = leaves.reduce((sum, volume) => sum + (volume.gib ?? 0), 0);
  return {
    from: { stack: cloud.stack, kind: target.kind, place: target.place },
    to: { stack: hall.stack, place: hall.country.target.place },
    on: move.on,
    stays: {
      tenants: Object.keys(tenants),
      keys: Object.values(tenants).reduce((sum, { keys }) => sum + Object.keys(keys).length, 0),
      models: Object.keys(models),
      baseUrls: Object.keys(tenants).map((name) => `https://${tenantHost(name, gateway.host)}/v1`),
    },
    differs: differences(move),
    volumes: all,
    transfer: { gbps, gib, atMost: leaves.some(({ atMost }) => atMost), seconds: transferSeconds(gib, gbps) },
    downtime: { seconds: 0, beside: beside(move) },
    beyond: { overlapMinutes, budgets: overruns(move), days: daysAnew(move) },
    egress: egress(move, all),
    proprietary: proprietary(move),
    phases: [
      prepare(move, commands),
      copy(move, commands, all),
      restore(move, commands),
      compare(move, commands),
      switchOver(move, commands),
      afterwards(move, commands),
      leave(move, commands),
    ].filter(({ steps }) => steps.length > 0),
  };
}

/** What may be noticed although both doors answer while the name changes. */
function beside({ cloud, hall }: Move): string[] {
  const { gateway } = hall.country;
  const providers = Object.entries(cloud.country.tenants).flatMap(([name, { oidc }]) =>
    oidc?.jwks.from === "provider" ? [name] : [],
  );
  return [
    ...(gateway.certificate.from === "issuer"
      ? ["a client that does not trust the hall's root is refused until it does: hand the root out before the switch"]
      : []),
    "a stream that still runs in the cloud ten minutes after the switch breaks off",
    "a client that remembers names longer than their TTL is refused when the cloud's door closes, until it asks again",
    ...(providers.length > 0
      ? [
          `tokens of ${providers.join(", ")} are good in the hall once its proxies reach their providers: look at it before the switch`,
        ]
      : []),
    ...(recordsRoute({ cloud, hall }) === "none"
      ? []
      : ["usage reports of the last minutes are whole when the last records are in the hall"]),
  ];
}
