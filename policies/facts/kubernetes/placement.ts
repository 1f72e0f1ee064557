import { at, type Fact } from "../../fact.ts";
import { type KubernetesObject, listOf, record } from "./object.ts";

const TOPOLOGY = /^(?:(?:topology|failure-domain\.beta)\.kubernetes\.io\/(?:region|zone)|topology\.[\w.-]+\/zone)$/;

/** Regions and zones that pods, nodes and volumes are bound to by topology labels. */
export function placement(object: KubernetesObject): Fact[] {
  const facts: Fact[] = [];
  const find = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, index) => void find(item, at(path, index)));
    else if (typeof value === "object" && value !== null) {
      const { key, operator, values } = record(value);
      if (typeof key === "string" && TOPOLOGY.test(key) && operator !== "NotIn" && operator !== "DoesNotExist") {
        listOf(values).forEach((place, index) => {
          if (typeof place === "string")
            facts.push({ kind: "place", path: `${at(path, "values")}[${index}]`, value: place });
        });
      }
      for (const [inner, item] of Object.entries(value)) {
        if (TOPOLOGY.test(inner) && typeof item === "string")
          facts.push({ kind: "place", path: at(path, inner), value: item });
        else find(item, at(path, inner));
      }
    }
  };
  find(object.body.spec, "spec");
  if (object.kind === "Node") find(record(object.body.metadata).labels, "metadata.labels");
  if (object.kind === "StorageClass") find(object.body.allowedTopologies, "allowedTopologies");
  return facts;
}
