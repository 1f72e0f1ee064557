import { randomUUID } from "node:crypto";
import type { Verb, Wording } from "../cloud.ts";
import type { AwsType } from "./aws-type.ts";

const doing: Record<Verb, string> = {
  create: "creating",
  read: "reading",
  update: "updating",
  delete: "deleting",
  invoke: "reading",
};

/** How the AWS provider tells of refusals: its bridge's sentences about inputs, the SDK's about answers. */
export function awsWording(types: Record<string, AwsType>): Wording {
  return {
    refused: (error, verb, token, name) => {
      const type = types[token];
      const thing = type?.thing ?? token;
      const operation = (type && verb !== "read" && verb !== "invoke" ? type.calls[verb] : undefined) ?? "Describe";
      return (
        `${doing[verb]} ${thing} (${name}): operation error ${type?.service ?? "AWS"}: ${operation}, https response error ` +
        `StatusCode: ${error.status}, RequestID: ${randomUUID()}, api error ${error.code}: ${error.message}`
      );
    },
    unknownProperty: (path, near) =>
      `Invalid or unknown key.${near ? ` Did you mean "${near}"?` : ""} Examine values at '${path}'.`,
    missingProperty: (path) =>
      `Missing required argument. The argument "${path}" is required, but no definition was found. Examine values at '${path}'.`,
    wrongType: (path, expected, found) => `expected ${expected} type, got ${found}. Examine values at '${path}'.`,
    notOneOf: (path, value, allowed, open) =>
      open
        ? undefined
        : `expected ${path} to be one of [${allowed.join(" ")}], got ${value}. Examine values at '${path}'.`,
  };
}
