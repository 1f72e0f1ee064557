import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Properties } from "../../kubernetes-provider/properties.ts";
import { CloudError } from "../cloud-error.ts";
import type { Fault } from "../cloud-type.ts";
import { textOf } from "../known.ts";
import { worldFolder } from "../refusals.ts";
import { World } from "../world.ts";
import { type AgentNodes, agentNodesOf } from "./agent-nodes.ts";
import { AzureModels } from "./models.ts";
import { guid } from "./resource-id.ts";
import { readSubscription, type Subscription } from "./subscription.ts";

/** What the provider works with once it is configured. */
export type AzureSettings = {
  subscriptionId: string;
  /** Where resources go that name no location. */
  location?: string;
  subscription: Subscription;
  world: World;
  models: AzureModels;
  /** Machines of the rehearsal's control plane. */
  nodes: AgentNodes;
  /** The rehearsal's folder, with its kubeconfig. */
  home: string;
};

const named = { package: "azure-native", version: "3.28.0" };

/** What is wrong with the inputs of the provider itself. */
export function checkSettings(inputs: Properties): Fault[] {
  return ["subscriptionId", "tenantId"].flatMap((property) => {
    const value = textOf(inputs, property);
    if (value === undefined || guid.test(value)) return [];
    return [{ property, reason: `'${property}' is '${value}', which is not a GUID` }];
  });
}

/** Reads the provider's inputs and the world's subscription; says what the real provider would say when it starts. */
export function configureAzure(inputs: Properties, env: NodeJS.ProcessEnv): AzureSettings {
  const folder = worldFolder(named, env);
  const subscription = readSubscription(folder);
  const subscriptionId = textOf(inputs, "subscriptionId") ?? env.ARM_SUBSCRIPTION_ID ?? subscription.subscription;
  if (!subscriptionId) {
    throw new Error(
      "Subscription ID must be set: neither the provider's subscriptionId nor ARM_SUBSCRIPTION_ID is given.",
    );
  }
  const tenant = textOf(inputs, "tenantId") ?? env.ARM_TENANT_ID;
  return {
    subscriptionId,
    ...(textOf(inputs, "location") && { location: textOf(inputs, "location")! }),
    subscription: tenant ? { ...subscription, tenant } : subscription,
    world: new World(folder),
    models: new AzureModels(env.FREEHOLD_AZURE_MODELS),
    nodes: agentNodesOf(join(env.FREEHOLD_REHEARSAL!, "kubeconfig")),
    home: env.FREEHOLD_REHEARSAL!,
  };
}

/** Refuses a subscription that is not there. */
export function subscriptionFault({ subscriptionId, subscription }: AzureSettings): CloudError | undefined {
  if (!subscription.subscription || subscription.subscription === subscriptionId) return undefined;
  return new CloudError("SubscriptionNotFound", `The subscription '${subscriptionId}' could not be found.`, 404);
}

/** The kubeconfig of the rehearsal's control plane; undefined where none runs. */
export function kubeconfigOf({ home }: Pick<AzureSettings, "home">): string | undefined {
  const file = join(home, "kubeconfig");
  return existsSync(file) ? file : undefined;
}
