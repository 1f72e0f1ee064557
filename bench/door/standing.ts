import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Door } from "../../rehearsal/door.ts";
import { Cell } from "../../test/engine/cell.ts";
import { Checkout } from "../../test/engine/checkout.ts";

/** The largest limits that there are. */
export const noLimits = { requestsPerMinute: 1_000_000, tokensPerMinute: 1_000_000_000 };

/** Where a country's records are to be found. */
export const ledger = {
  volumeClass: "encrypted",
  keys: { kind: "volumes", statement: "LUKS2 on every node" },
  objects: { kind: "s3", endpoint: "https://s3.balti-pilv.example" },
  records: { kind: "cloudnative-pg" },
};

/** A rehearsed country of a checkout of its own, with its door open. */
export class Standing {
  readonly checkout = new Checkout();
  readonly countryFile = join(this.checkout.folder, "stacks/Pulumi.ee.yaml");
  door!: Door;

  /** Stands up the smallest country with these sections in place of its own. */
  static async up(sections: Record<string, unknown>): Promise<Standing> {
    const standing = new Standing();
    try {
      await standing.change(sections);
      await standing.open();
      return standing;
    } catch (error) {
      await standing[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Updates the country with other sections. */
  async change(sections: Record<string, unknown>): Promise<void> {
    const { config } = parse(readFileSync(this.countryFile, "utf8"));
    const named = Object.entries(sections).map(([name, section]) => [`freehold:${name}`, section]);
    writeFileSync(this.countryFile, stringify({ config: { ...config, ...Object.fromEntries(named) } }));
    await this.freehold("rehearse", "ee");
  }

  async open(): Promise<void> {
    this.door = JSON.parse(await this.freehold("door", "ee", "--json")) as Door;
  }

  get cell(): Cell {
    return new Cell(this.door);
  }

  async freehold(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.checkout.freehold(args);
    if (code !== 0) throw new Error(`freehold ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** Where the proxies listen in the cell. */
  async proxies(): Promise<string[]> {
    const addresses = await this.cell.addresses("envoy-gateway-system", "envoy");
    return addresses.map((address) => `https://${address}:10443`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.checkout.freehold(["door", "ee", "--close"]);
    await this.checkout.freehold(["rehearse", "ee", "--down"]);
    await this.checkout.remove();
  }
}

/** Each kind of process of a door with what it holds, a line each. */
export function memoryLines(cell: Cell): string[] {
  return Object.entries(cell.held()).map(
    ([name, { mebibytes, files }]) =>
      `  ${name.padEnd(24)} ${String(mebibytes).padStart(6)} MiB  ${String(files).padStart(6)} files`,
  );
}
