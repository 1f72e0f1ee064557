export { gateway } from "./sections/gateway.ts";
export { account, guards, waiver } from "./sections/guards.ts";
export { country, operator, state, target } from "./sections/identity.ts";
export { model } from "./sections/model.ts";
export { addonChoices, digests, erase, monitoring, network } from "./sections/platform.ts";
export { drivers, pool } from "./sections/pool.ts";
export { storage } from "./sections/storage.ts";
export { tenant } from "./sections/tenant.ts";
