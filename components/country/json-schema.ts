import { z } from "zod";
import { countryFile } from "../country.ts";
import { hints } from "./field.ts";

/** JSON Schema of a stack file, for editors: our own sections strictly, Pulumi's keys and other namespaces as they come. */
export function stackFileSchema(): Record<string, unknown> {
  const { $schema, properties, required, ...rest } = z.toJSONSchema(countryFile, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const options = hints.get(zodSchema as unknown as z.ZodType)?.options?.();
      if (options) jsonSchema.enum = [...options];
    },
  });
  const sections = Object.fromEntries(
    Object.entries(properties ?? {}).map(([key, field]) => [`freehold:${key}`, field]),
  );
  return {
    $schema,
    title: "Freehold country file",
    description: "A Pulumi stack file that declares an AI cloud: one country, one file.",
    type: "object",
    properties: {
      config: {
        ...rest,
        description: "Settings of the stack. Keys of other namespaces (pulumi:, kubernetes:) are Pulumi's own.",
        properties: sections,
        patternProperties: { "^(?!freehold:)[^:]+:": {} },
        required: required?.map((key) => `freehold:${key}`),
      },
      secretsprovider: { type: "string", description: "Written by Pulumi. Must be what freehold:state declares." },
      encryptionsalt: { type: "string", description: "Written by Pulumi." },
      encryptedkey: { type: "string", description: "Written by Pulumi." },
    },
    required: ["config"],
    additionalProperties: false,
  };
}
