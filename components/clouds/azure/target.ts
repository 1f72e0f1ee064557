import type { Country } from "../../country.ts";
import type { TargetOf } from "../target.ts";

/** A country's place on Azure, every default applied. */
export type AzureTarget = TargetOf<"azure">;

/** What a pool of the country is on Azure. */
export type AzureNodePoolTarget = AzureTarget["nodePools"][string];

/** A country that stands on Azure: what its ground is made from. */
export type AzureCountry = Pick<Country, "country" | "pools" | "drivers" | "erase"> &
  Partial<Pick<Country, "storage">> & {
    target: AzureTarget;
    /** Name of the vault of its keys, where the first of its names is still a deleted one's. */
    vault?: string;
  };
