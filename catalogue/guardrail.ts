import { z } from "zod";
import { once } from "./once.ts";

const sourced = { read: z.iso.date(), sources: z.array(z.string()).min(1) };
const texts = z.union([z.string(), z.array(z.string()).min(1)]);

const awsStatement = z.strictObject({
  sid: z.string().regex(/^[A-Za-z]+$/),
  because: z.string(),
  actions: z.array(z.string().regex(/^[a-z0-9-]+:[A-Za-z*]+$/)).min(1),
  resources: z.array(z.string()).optional(),
  when: z.record(z.string(), z.record(z.string(), texts)).optional(),
  /** Only where the jurisdiction declares none of these. */
  without: z.literal("accounts").optional(),
});

const awsShape = z.strictObject({
  ...sourced,
  limits: z.strictObject({ characters: z.int(), documents: z.int() }),
  global: z.array(z.strictObject({ action: z.string(), because: z.string() })),
  scp: z.array(awsStatement),
  rcp: z.array(awsStatement),
});

const azureShape = z.strictObject({
  ...sourced,
  verified: z.literal("partial"),
  /** Types whose location is the whole world without any data of users being there. */
  globalTypes: z.array(z.string()),
  policies: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z-]+$/),
      rule: z.string(),
      displayName: z.string(),
      because: z.string(),
      if: z.record(z.string(), z.unknown()),
    }),
  ),
});

const scannersShape = z.strictObject({
  ...sourced,
  scanners: z.record(
    z.string(),
    z.strictObject({
      is: z.string(),
      source: z.string(),
      file: z.string(),
      checks: z.array(z.strictObject({ id: z.string(), demands: z.string(), rule: z.string(), because: z.string() })),
    }),
  ),
});

/** One refusal of AWS's own: actions, resources and conditions, in which names in braces stand for the jurisdiction's. */
export type AwsStatement = z.output<typeof awsStatement>;
/** One check of a scanner that demands what residency forbids. */
export type ScannerCheck = z.output<typeof scannersShape>["scanners"][string]["checks"][number];

/** What an organization of AWS can refuse: statements, limits, and the few actions that have no region. */
export function awsGuardrail(): z.output<typeof awsShape> {
  return once("guardrails/aws.yaml", awsShape);
}

/** What Azure can refuse: conditions of Azure Policy. */
export function azureGuardrail(): z.output<typeof azureShape> {
  return once("guardrails/azure.yaml", azureShape);
}

/** Scanners by name, with the checks of each that demand replication or backup to another region. */
export function scanners(): z.output<typeof scannersShape>["scanners"] {
  return once("guardrails/scanners.yaml", scannersShape).scanners;
}
