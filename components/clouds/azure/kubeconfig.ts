import { parse } from "yaml";
import { z } from "zod";

const named = z.object({ name: z.string() });
const returned = z.object({
  clusters: z.array(named.extend({ cluster: z.record(z.string(), z.unknown()) })).min(1),
  users: z
    .array(
      named.extend({
        user: z.looseObject({ exec: z.looseObject({ args: z.array(z.string()).default([]) }).optional() }),
      }),
    )
    .min(1),
});

/**
 * The kubeconfig that AKS gives out (base64), with one context of the country's own name. Where it asks kubelogin for a token,
 * kubelogin takes that of `az login`, as the Azure provider does; `AAD_LOGIN_METHOD` says otherwise.
 */
export function kubeconfigOf(encoded: string, context: string): string {
  const { clusters, users } = returned.parse(parse(Buffer.from(encoded, "base64").toString()));
  const { cluster } = clusters[0]!;
  const { user } = users[0]!;
  const signIn = user.exec && { ...user, exec: { ...user.exec, args: withoutPrompt(user.exec.args) } };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster }],
    users: [{ name: context, user: signIn ?? user }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  });
}

function withoutPrompt(args: string[]): string[] {
  return args.map((arg, index) => (args[index - 1] === "--login" && arg === "devicecode" ? "azurecli" : arg));
}
