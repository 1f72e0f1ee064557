export { gateway } from "./sections/gateway.ts";
export { account, guards, waiver } from "./sections/guards.ts";
export { country, operator, state } from "./sections/identity.ts";
export { model } from "./sections/model.ts";
export { addonChoices, digests, erase, monitoring, network } from "./sections/platform.ts";
export { drivers, pool } from "./sections/pool.ts";
export { storage } from "./sections/storage.ts";
export { target } from "./sections/target.ts";
export { tenant } from "./sections/tenant.ts";
