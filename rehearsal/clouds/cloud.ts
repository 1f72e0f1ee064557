import type { Properties } from "../kubernetes-provider/properties.ts";
import type { CloudError } from "./cloud-error.ts";
import type { CloudFunction, CloudType, Fault } from "./cloud-type.ts";
import type { FaultName } from "./faults.ts";
import type { SdkShapes } from "./sdk-shapes.ts";

/** The verbs in which an operator hears of a request. */
export type Verb = "create" | "read" | "update" | "delete" | "invoke";

/** One simulated cloud, as the provider in front of it needs it. */
export type Cloud<Settings> = {
  /** The Pulumi package: `aws`. */
  package: string;
  version: string;
  shapes: SdkShapes;
  types: Record<string, CloudType<Settings>>;
  functions: Record<string, CloudFunction<Settings>>;
  /** What is wrong with the provider's own inputs. */
  checkConfig?(inputs: Properties): Fault[];
  /** Provider inputs whose change means another place, so that everything behind it is made anew. */
  movedBy: string[];
  /** Reads the provider's inputs; throws what the real provider would say when it starts. */
  configure(inputs: Properties, env: NodeJS.ProcessEnv): Settings;
  /** What an operator has to know of a provider that is configured, as constraints that it cannot check. */
  notes?(settings: Settings): string[];
  wording: Wording;
  /** The CloudError of a fault that a rehearsal orders. `slow` and `lost-reply` are no answers. */
  faultError(fault: Exclude<FaultName, "slow" | "lost-reply">, type: string, inputs: Properties): CloudError;
};

/** How the real provider says what went wrong. */
export type Wording = {
  /** A refusal of the service, as it reaches the operator. */
  refused(error: CloudError, verb: Verb, type: string, name: string): string;
  unknownProperty(path: string, near: string | undefined): string;
  missingProperty(path: string): string;
  wrongType(path: string, expected: string, found: string): string;
  /** A value outside an enum of the SDK; undefined where the SDK's list binds nobody. */
  notOneOf(path: string, value: string, allowed: string[], open: boolean): string | undefined;
};
