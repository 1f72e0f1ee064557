import { z } from "zod";
import { once } from "./once.ts";
import { purposes } from "./resource.ts";

const leads = { for: z.enum(purposes), because: z.string() };
const switchShape = z.strictObject({
  variable: z.string(),
  leadsWhen: z.enum(["on", "off"]),
  /** Only with Pulumi Cloud as the backend; it leads there. */
  cloudOnly: z.boolean().default(false),
  ...leads,
  fix: z.string(),
});
const variableShape = z.strictObject({ reads: z.enum(["host", "place"]), ...leads });

const shape = z.strictObject({
  read: z.iso.date(),
  version: z.string(),
  verified: z.union([z.boolean(), z.literal("partial")]),
  sources: z.array(z.string()).min(1),
  cloud: z.url(),
  plugins: z.strictObject({
    disabledBy: z.string(),
    overriddenBy: z.string(),
    from: z.array(z.string()).min(1),
    registryDisabledBy: z.string(),
  }),
  switches: z.array(switchShape),
  variables: z.record(z.string(), variableShape),
});

/** A variable that turns a call of the engine on or off. */
export type EngineSwitch = z.output<typeof switchShape>;
/** A variable that names where the engine or its plugins go. */
export type EngineVariable = z.output<typeof variableShape>;

/** What makes the Pulumi engine itself reach out. */
export function engineCatalogue(): z.output<typeof shape> {
  return once("engine-settings.yaml", shape);
}

/** What a variable of the environment means to the engine, if it means anything. */
export function engineVariable(name: string): EngineVariable | undefined {
  const { variables } = engineCatalogue();
  if (Object.hasOwn(variables, name)) return variables[name];
  const [, found] =
    Object.entries(variables).find(([known]) => known.endsWith("*") && name.startsWith(known.slice(0, -1))) ?? [];
  return found;
}
