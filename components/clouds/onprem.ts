import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../cloud.ts";
import { isLoopback, rehearsalLabel } from "../rehearsal-mark.ts";

/** A Kubernetes cluster that the country already has, reached through a context of the operator's kubeconfig. */
export const onprem: Cloud = {
  async inspect({ target }) {
    const { ApisApi, CoreV1Api, KubeConfig, VersionApi } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromDefault();
    const contexts = config.getContexts().map((context) => context.name);
    if (!contexts.includes(target.context)) {
      throw new pulumi.RunError(
        report({
          what: `target.context ${target.context} is not in the kubeconfig`,
          found: contexts.length > 0 ? `contexts ${contexts.join(", ")}` : "no context at all",
          allowed: "the name of a context in KUBECONFIG or ~/.kube/config",
          remedy:
            'set KUBECONFIG to the cluster\'s kubeconfig, or rehearse without one: eval "$(npx freehold rehearse --env)"',
        }),
      );
    }
    config.setCurrentContext(target.context);
    try {
      const core = config.makeApiClient(CoreV1Api);
      const [version, nodes, groups, system] = await Promise.all([
        config.makeApiClient(VersionApi).getCode(),
        core.listNode(),
        config.makeApiClient(ApisApi).getAPIVersions(),
        core.readNamespace({ name: "kube-system" }),
      ]);
      const { hostname } = new URL(config.getCurrentCluster()!.server);
      return {
        version: version.gitVersion,
        rehearsal: system.metadata?.labels?.[rehearsalLabel] === "true" && isLoopback(hostname),
        nodes: nodes.items.map((node) => ({
          name: node.metadata?.name ?? "",
          labels: node.metadata?.labels ?? {},
          taints: (node.spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })),
          allocatable: node.status?.allocatable ?? {},
        })),
        serves: groups.groups.flatMap((group) => group.versions.map((entry) => entry.groupVersion)),
      };
    } catch (error) {
      throw new pulumi.RunError(
        report({
          what: `the cluster of context ${target.context} does not answer`,
          found: `${config.getCurrentCluster()?.server ?? "no server"}: ${reason(error)}`,
          allowed: "a reachable API server that lets this user list nodes and API groups",
          remedy: `kubectl --context ${target.context} get nodes`,
        }),
      );
    }
  },

  provider: (name, { target }) =>
    // A context is a name in somebody's kubeconfig: only another place makes it another cluster, with everything made anew.
    new Provider(name, { context: target.context, clusterIdentifier: `freehold-${target.place}` }),
};

function report({ what, ...lines }: { what: string; found: string; allowed: string; remedy: string }): string {
  return [what, ...Object.entries(lines).map(([key, text]) => `  ${key.padEnd(8)} ${text}`)].join("\n");
}

/** The cause in one line: network errors hide it one level down, API errors carry a Status in their body. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return (cause ?? error.message).split("\n").slice(0, 2).join(" ").slice(0, 300);
}
