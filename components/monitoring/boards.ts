import { accelerator } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import type { Board } from "./board.ts";
import { country } from "./boards/country.ts";
import { gateway } from "./boards/gateway.ts";
import { gpus } from "./boards/gpus.ts";
import { models } from "./boards/models.ts";
import { tenants } from "./boards/tenants.ts";

/** The boards of a country; GPUs' where there is an exporter for them. */
export function boards(file: Pick<Country, "country" | "modelServers" | "pools" | "storage">): Board[] {
  const nvidia = Object.values(file.pools).some((pool) => accelerator(pool.accelerator).vendor === "nvidia");
  return [country(file), models(file), ...(nvidia ? [gpus()] : []), tenants(file), gateway()];
}
