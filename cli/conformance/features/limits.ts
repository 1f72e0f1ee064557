// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: its guides to rate limits and to debugging
// requests (x-request-id); Retry-After by RFC 9110, section 10.2.3. Limits are looked at where they are met, never provoked.
import { type Feature, fail, pass, unclear } from "../check.ts";
import { errorFaults, refused, several } from "../judge.ts";
import { unknownModel } from "./errors.ts";

const largeBytes = 2 * 1024 * 1024;

/** What an endpoint says of its limits; looked at last, over all that was answered. */
export const limits: Feature = {
  name: "limits",
  checks: [
    {
      id: "limits.large-body",
      asks: "A body of 2 MiB, such as one with an image, is read, or refused with 413 as an error.",
      need: "required",
      run: async (client) => {
        // To a model that is not there, so that nobody pays for it.
        const messages = [{ role: "user", content: "a".repeat(largeBytes) }];
        const answer = await client.chat({ model: unknownModel, messages });
        if (answer.status !== 413) return refused(answer, 404, [400, 403]);
        const faults = errorFaults(answer);
        if (faults.length > 0) return fail(`HTTP 413, ${several(faults)}`);
        return pass("HTTP 413", ["bodies of 2 MiB are refused: images do not come through"]);
      },
    },
    {
      id: "limits.request-id",
      asks: "Answers have an x-request-id, which SDKs show with an error.",
      need: "optional",
      run: async ({ endpoint: { seen } }) => {
        const without = seen.filter(({ headers }) => headers["x-request-id"] === undefined).length;
        return without === 0
          ? pass(`on ${seen.length} answers`)
          : fail(`${without} of ${seen.length} answers have none`);
      },
    },
    {
      id: "limits.retry-after",
      asks: "429 and 503 say with Retry-After when to come again.",
      need: "optional",
      run: async ({ endpoint: { seen } }) => {
        const limited = seen.filter(({ status }) => status === 429 || status === 503);
        if (limited.length === 0) return unclear("no 429 or 503 came, and none is provoked");
        const without = limited.filter(({ headers }) => !isMoment(headers["retry-after"])).length;
        const of = `${limited.length} answers with 429 or 503`;
        return without === 0 ? pass(`on ${of}`) : fail(`${without} of ${of} have none`);
      },
    },
  ],
};

/** Seconds, or a date as HTTP writes it. */
function isMoment(value: string | undefined): boolean {
  return value !== undefined && (/^\d+$/.test(value) || !Number.isNaN(Date.parse(value)));
}
