import type * as pulumi from "@pulumi/pulumi";
import type { Jurisdiction } from "../../country.ts";
import { admit } from "./admit.ts";
import { cel, findAbroad, nothingAbroad, pattern } from "./whereabouts.ts";

const resources = { "/v1": ["pods", "pods/ephemeralcontainers"] };
// What stands may be labelled, finished and deleted, whatever it is: only what it runs is judged again.
const when = "request.operation == 'CREATE' || object.spec != oldObject.spec";
const containers =
  "object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])";

/** What pods run and call, whoever creates them: a Deployment is judged by its pods. */
export function admitPods(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  admitImages(jurisdiction, opts);
  admitCalls(jurisdiction, opts);
  admit(
    "no-host-network",
    {
      resources: { "/v1": ["pods"] },
      when,
      validations: [
        {
          expression: "!object.spec.?hostNetwork.orValue(false)",
          message: "A pod on the node's network is beyond every network policy.",
        },
      ],
      // Drivers of disks and GPUs belong to the node; their namespaces are privileged and nobody else's.
      except: { key: "pod-security.kubernetes.io/enforce", operator: "In", values: ["privileged"] },
    },
    opts,
  );
}

/** Pods start only images of the declared registries. */
function admitImages({ registries }: Jurisdiction, opts: pulumi.ResourceOptions) {
  const here = cel(`^(${registries.map((registry) => pattern(`${registry}/`)).join("|")})`);
  // A repository never holds these, and no runtime should be asked what it makes of them.
  const climbs = cel("/\\.\\.?(/|$)");
  const message = (what: string) => `${what} come from ${registries.join(", ")} only.`;
  const isHere = (image: string) => `${image}.matches(${here}) && !${image}.matches(${climbs})`;
  admit(
    "images-from-here",
    {
      resources,
      when,
      validations: [
        { expression: `(${containers}).all(c, ${isHere("c.image")})`, message: message("Images") },
        {
          expression: `object.spec.?volumes.orValue([]).all(v, !has(v.image) || (${isHere("v.image.reference")}))`,
          message: message("Image volumes"),
        },
      ],
    },
    opts,
  );
}

/** URLs in commands and environment, and whatever else of a pod names a host, lead to the cluster or into the country. */
function admitCalls(jurisdiction: Jurisdiction, opts: pulumi.ResourceOptions) {
  const spoken =
    "variables.containers.map(c, (c.?env.orValue([]).map(e, e.?value.orValue('')) + c.?command.orValue([]) + c.?args.orValue([])).join(' '))";
  // The kubelet calls these, and mounts those: the node's own network, which no policy of the namespace closes.
  const probes = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.?postStart", "lifecycle.?preStop"]
    .flatMap((hook) => ["httpGet", "tcpSocket"].map((call) => `c.?${hook}.?${call}.?host.orValue('')`))
    .join(", ");
  const mounts = ["nfs.?server", "iscsi.?targetPortal", "csi.?volumeAttributes.?server"].map(
    (field) => `object.spec.?volumes.orValue([]).map(v, v.?${field}.orValue(''))`,
  );
  const named = [
    `variables.containers.map(c, [${probes}].join(' ://'))`,
    ...mounts,
    "object.spec.?hostAliases.orValue([]).map(a, a.ip)",
    "object.spec.?dnsConfig.?nameservers.orValue([])",
  ].join(" + ");
  admit(
    "pods-call-here",
    {
      resources,
      when,
      variables: {
        containers,
        spoken: `${spoken}.join(' ')`,
        named: `(${named}).map(n, '://' + n).join(' ')`,
        ...findAbroad("variables.spoken + ' ' + variables.named", jurisdiction),
      },
      validations: [nothingAbroad("The pod names")],
    },
    opts,
  );
}
