import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "./world.ts";

const faultName = z.enum([
  "throttling",
  "server-error-after-create",
  "lost-reply",
  "expired-credentials",
  "no-capacity",
  "slow",
]);
/** What can go wrong on demand. */
export type FaultName = z.output<typeof faultName>;

const orderShape = z.strictObject({
  /** `<verb> <type>` or `<type>`, with `*` for anything: `create aws:eks/*`. */
  on: z.string().min(1),
  fault: faultName,
  /** How many requests it meets. */
  times: z.number().int().positive().default(1),
  /** How many changes of the world are let through first. */
  afterSteps: z.number().int().nonnegative().default(0),
});
type Order = z.output<typeof orderShape>;
const ordersShape = z.array(orderShape);
const ledgerShape = z.object({ steps: z.number(), met: z.record(z.string(), z.number()) });

/** An order for `faults.json`, as whoever rehearses a fault writes it. */
export type FaultOrder = z.input<typeof orderShape>;

const before: readonly FaultName[] = ["throttling", "expired-credentials", "no-capacity", "slow"];

/** What a rehearsal was told to do wrong, read from `faults.json` of the world, and how much of it is done. */
export class Faults {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The fault that meets a request on arrival; it is counted as met. */
  onArrival(verb: string, type: string, takesMachines: boolean): FaultName | undefined {
    return this.#meet(verb, type, (fault) => before.includes(fault) && (fault !== "no-capacity" || takesMachines));
  }

  /** The fault that meets a request after the world has changed; it is counted as met. */
  afterChange(verb: string, type: string): FaultName | undefined {
    return this.#meet(verb, type, (fault) => !before.includes(fault));
  }

  /** Counts a change of the world. */
  step(): void {
    if (!existsSync(this.#ordersFile)) return;
    const ledger = this.#ledger();
    this.#write({ ...ledger, steps: ledger.steps + 1 });
  }

  /** Orders, in place of those that were there; what was counted is forgotten. */
  order(orders: FaultOrder[]): void {
    writeWhole(this.#ordersFile, `${JSON.stringify(ordersShape.parse(orders), null, 2)}\n`);
    this.#write({ steps: 0, met: {} });
  }

  #meet(verb: string, type: string, can: (fault: FaultName) => boolean): FaultName | undefined {
    if (!existsSync(this.#ordersFile)) return undefined;
    const ledger = this.#ledger();
    const orders = this.#orders();
    const index = orders.findIndex(
      (order, at) =>
        can(order.fault) &&
        matches(order.on, verb, type) &&
        ledger.steps >= order.afterSteps &&
        (ledger.met[at] ?? 0) < order.times,
    );
    if (index < 0) return undefined;
    this.#write({ ...ledger, met: { ...ledger.met, [index]: (ledger.met[index] ?? 0) + 1 } });
    return orders[index]!.fault;
  }

  get #ordersFile(): string {
    return join(this.#folder, "faults.json");
  }

  #orders(): Order[] {
    const result = ordersShape.safeParse(JSON.parse(readFileSync(this.#ordersFile, "utf8")));
    if (!result.success) throw new Error(`${this.#ordersFile}: ${z.prettifyError(result.error)}`);
    return result.data;
  }

  #ledger(): z.output<typeof ledgerShape> {
    const file = join(this.#folder, "faults-met.json");
    return existsSync(file) ? ledgerShape.parse(JSON.parse(readFileSync(file, "utf8"))) : { steps: 0, met: {} };
  }

  #write(ledger: z.output<typeof ledgerShape>): void {
    writeWhole(join(this.#folder, "faults-met.json"), JSON.stringify(ledger));
  }
}

function matches(pattern: string, verb: string, type: string): boolean {
  const expression = new RegExp(
    `^${pattern
      .split("*")
      .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
  );
  return expression.test(type) || expression.test(`${verb} ${type}`);
}
