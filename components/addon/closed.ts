import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import type { Country } from "../country.ts";
import { openDoor } from "../network/door.ts";
import { podsIn, tcp } from "../network/peers.ts";

/** Closes an add-on's namespace both ways but for its own pods, DNS, the API server, Prometheus, and what the add-on names. */
export function closeAddon(
  id: string,
  { namespace, answer, country }: { namespace: string; answer: AddonValues; country: Country },
  opts: pulumi.ResourceOptions,
): pulumi.Resource {
  const own = podsIn(namespace);
  const { ingress = [], egress = [], ...further } = answer.door?.(country) ?? {};
  return openDoor(
    `${id}-addon`,
    {
      namespace,
      pods: {},
      ingress: [
        { from: [own, ...(country.monitoring ? [podsIn(addon("prometheus").namespace)] : [])] },
        // The API server calls from a node whose address no policy can name, so anybody may knock on these.
        ...(answer.answers.length > 0 ? [{ from: [], ports: answer.answers.map((port) => tcp(port)) }] : []),
        ...ingress,
      ],
      egress: [{ to: [own] }, ...egress],
      callsApiServer: true,
      ...further,
    },
    country.network,
    opts,
  );
}
