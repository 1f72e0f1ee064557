/** The configuration of the stack that a pack judges: `freehold:country` and the like, as the engine hands them over. */
export function stackConfig(): Record<string, string> {
  return JSON.parse(process.env.PULUMI_CONFIG || "{}") as Record<string, string>;
}
