import { expect, it } from "vitest";
import { valueFor } from "../../../rehearsal/model-server/json-value.ts";

it.each<[object, unknown]>([
  [{ type: "string" }, "simulated"],
  [{ type: "string", maxLength: 3 }, "sim"],
  [{ type: "string", minLength: 12 }, "simulated..."],
  [{ type: "string", pattern: "^[A-Z]+$" }, "SIMULATED"],
  [{ type: "string", format: "date" }, "2026-01-31"],
  [{ type: "string", format: "date-time" }, "2026-01-31T12:00:00Z"],
  [{ type: "string", format: "email" }, "simulated@example.org"],
  [{ type: "string", format: "uuid" }, "00000000-0000-4000-8000-000000000000"],
  [{ type: "integer", minimum: 5 }, 5],
  [{ type: "integer", maximum: -2 }, -2],
  [{ type: "integer", exclusiveMinimum: 5 }, 6],
  [{ type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
  [{ type: "number", minimum: 1, multipleOf: 0.5 }, 1],
  [{ type: "number", exclusiveMaximum: 0 }, -1],
  [{ type: "boolean" }, true],
  [{ type: "null" }, null],
  [{ type: ["null", "integer"] }, 1],
  [{ const: 7 }, 7],
  [{ enum: ["red", "green"] }, "red"],
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, "simulated"],
  [{ oneOf: [{ type: "integer" }, { type: "null" }] }, 1],
  [{ type: "array", items: { type: "integer" } }, [1]],
  [{ type: "array", items: { type: "integer" }, minItems: 2 }, [1, 1]],
  [{ type: "array", items: { type: "integer" }, maxItems: 0 }, []],
  [{ type: "array", prefixItems: [{ type: "string" }, { type: "null" }], items: false }, ["simulated", null]],
  [{ type: "object" }, {}],
  [
    {
      type: "object",
      properties: { city: { type: "string" }, when: { $ref: "#/$defs/when" } },
      required: ["city"],
      additionalProperties: false,
      $defs: { when: { type: "object", properties: { day: { type: "integer" } }, required: ["day"] } },
    },
    { city: "simulated", when: { day: 1 } },
  ],
  [
    {
      allOf: [
        { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
        { type: "object", properties: { b: { type: "boolean" } }, required: ["b"] },
      ],
    },
    { a: 1, b: true },
  ],
])("makes a value for %j", (schema, value) => {
  expect(valueFor(schema, "response_format")).toEqual(value);
});

it("ends where a schema speaks of itself", () => {
  const tree = {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        type: "object",
        properties: {
          name: { type: "string" },
          children: { type: "array", items: { $ref: "#/$defs/node" } },
          next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
        },
        required: ["name", "children", "next"],
      },
    },
  };
  expect(valueFor(tree, "tools")).toMatchObject({ name: "simulated", children: [{ name: "simulated" }] });
});

it.each([
  [{ type: "string", pattern: "^qqq[0-9]{7}$" }, /found no value for the JSON schema .*parameter=tools/],
  [{ type: "string", pattern: "(" }, /found no value/],
  [{ type: "integer", minimum: 3, maximum: 2 }, /found no value/],
  [{ type: "object", not: { type: "object" } }, /found no value/],
  [{ $ref: "#/$defs/missing" }, /found no value/],
])("refuses %j, for which it finds nothing", (schema, text) => {
  expect(() => valueFor(schema, "tools")).toThrow(text);
});
