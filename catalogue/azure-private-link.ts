import { z } from "zod";
import { known, once } from "./once.ts";

const linksShape = z.strictObject({
  read: z.iso.date(),
  verified: z.boolean(),
  sources: z.array(z.string()).min(1),
  zones: z.record(z.string(), z.string()),
});

/** DNS zone of a service's private names in a region, by Azure's word for the service: `vault`, `registry`, `blob`, `management`. */
export function privateLinkZone(service: string, region: string): string {
  const { zones } = once("azure-private-links.yaml", linksShape);
  return known("private link of Azure", zones, service).replace("{region}", region);
}
