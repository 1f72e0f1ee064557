import type { Country } from "../../components/country.ts";
import { Failure } from "../failure.ts";
import { type Get, throughApiServer } from "./prometheus.ts";

/** The Prometheus of a country's cluster; where there is none, or none that answers, it says so and what to do. */
export async function prometheusOf(
  stack: string,
  { target, monitoring }: Pick<Country, "target" | "monitoring">,
): Promise<Get> {
  if (!monitoring) {
    throw new Failure(
      [
        `Nothing measures ${stack}.`,
        "  found    no open door of a rehearsal, and no section monitoring in its country file",
        `  remedy   npx freehold door ${stack}, or monitoring: {} in stacks/Pulumi.${stack}.yaml`,
      ].join("\n"),
    );
  }
  const failed = (error: unknown) =>
    new Failure(
      [
        `Prometheus of ${stack} does not answer.`,
        `  found    ${error instanceof Error ? error.message : error}`,
        `  allowed  context ${target.context} of the kubeconfig, with the right to services/proxy in its monitoring namespace`,
        `  remedy   kubectl --context ${target.context} get pods -A -l app.kubernetes.io/name=prometheus`,
      ].join("\n"),
    );
  const get = await throughApiServer(target.context).catch((error) => Promise.reject(failed(error)));
  return (path, parameters) => get(path, parameters).catch((error) => Promise.reject(failed(error)));
}
