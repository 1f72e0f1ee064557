import { z } from "zod";
import { once } from "./once.ts";

const numbers = z.array(z.string().regex(/^\d{12}$/)).min(1);
const accountsShape = z.strictObject({
  read: z.iso.date(),
  verified: z.union([z.boolean(), z.literal("partial")]),
  sources: z.array(z.string()).min(1),
  /** By service and region. */
  regional: z.record(
    z.string(),
    z.record(z.string(), z.union([z.string().transform((one) => [one]), numbers]).pipe(numbers)),
  ),
  everywhere: z.record(z.string(), numbers),
});

/** An account of AWS itself: the service that acts under it, and the region that it acts in where it is one. */
export type OwnAccount = { service: string; region?: string };

/** Whether an account number is AWS's own, such as the one under which load balancers of a region write their logs. */
export function ownAccountOfAws(account: string): OwnAccount | undefined {
  accounts ??= read();
  return accounts.get(account);
}
let accounts: Map<string, OwnAccount> | undefined;

function read(): Map<string, OwnAccount> {
  const { regional, everywhere } = once("places/aws-accounts.yaml", accountsShape);
  return new Map([
    ...Object.entries(regional).flatMap(([service, byRegion]) =>
      Object.entries(byRegion).flatMap(([region, all]) =>
        all.map((account) => [account, { service, region }] as const),
      ),
    ),
    ...Object.entries(everywhere).flatMap(([service, all]) => all.map((account) => [account, { service }] as const)),
  ]);
}
