import type { Fact } from "../../fact.ts";
import { namesEndpoint } from "../../sweep/endpoint.ts";
import { isFileHolder, type KubernetesObject, namesIn, record, textsOf } from "./object.ts";

/** A bucket stands where its endpoint does, which may be in a Secret or ConfigMap that the object names. */
export function besideEndpoint(object: KubernetesObject, fact: Fact): Fact {
  if (fact.kind !== "reference" || !fact.to.some((id) => id.startsWith("s3:"))) return fact;
  const named = [...new Set(namesIn(object.body.spec))];
  const kserve = object.group === "serving.kserve.io" ? ["kserve"] : [];
  return { ...fact, to: [...fact.to, ...[...named, ...kserve].map((name) => `store:${object.namespace}/${name}`)] };
}

/** Who names the endpoint of an object store for others; where it leads is judged there. */
export function stores(object: KubernetesObject): Fact[] {
  if (!isFileHolder(object) || object.name === undefined) return [];
  const annotated = Object.entries(record(record(object.body.metadata).annotations));
  const kserve = annotated.some(([key]) => key === "serving.kserve.io/s3-endpoint");
  const endpoint = Object.entries(textsOf(object)).some(
    ([key, text]) => ENDPOINT.test(key) && namesEndpoint("endpoint", text),
  );
  const names = [...(endpoint || kserve ? [object.name] : []), ...(kserve ? ["kserve"] : [])];
  return names.map((name) => ({ kind: "self", path: "metadata.name", id: `store:${object.namespace}/${name}` }));
}
const ENDPOINT = /endpoint|s3.?url|s3.?host/i;
