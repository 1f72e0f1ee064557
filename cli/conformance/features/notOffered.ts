// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: the paths beyond inference.
import { type Check, type Feature, pass } from "../check.ts";
import { errorFaults, refused, several, unlessAnswered } from "../judge.ts";

const paths: readonly (readonly [method: "GET" | "POST", path: string])[] = [
  ["GET", "files"],
  ["GET", "batches"],
  ["GET", "fine_tuning/jobs"],
  ["GET", "vector_stores"],
  ["GET", "assistants"],
  ["POST", "images/generations"],
  ["POST", "audio/speech"],
  ["POST", "audio/transcriptions"],
  ["POST", "moderations"],
];

/** What few endpoints offer: it is there, or refused so that an SDK can say what is wrong. */
export const notOffered: Feature = { name: "notOffered", checks: paths.map(check) };

function check([method, path]: (typeof paths)[number]): Check {
  return {
    id: `notOffered.${path.replace("/", "-")}`,
    asks: `${method} /${path} is offered, or answered with 404, 405 or 501 as an error.`,
    need: "where offered",
    run: async (client) => {
      // Lists change nothing, and an empty request makes nothing.
      const answer = await client.ask(method === "GET" ? { path } : { path, body: {} });
      const isOffered =
        [400, 415, 422].includes(answer.status) && method === "POST" && errorFaults(answer).length === 0;
      if (isOffered) return pass(`offered: HTTP ${answer.status} for an empty request`);
      const finding = unlessAnswered(answer);
      if (finding?.verdict !== "fail") return finding ?? pass("offered");
      const faults = errorFaults(answer);
      return faults.length > 0
        ? { ...finding, found: `HTTP ${answer.status}, ${several(faults)}` }
        : refused(answer, [404, 405, 501], [403]);
    },
  };
}
