import type { Properties } from "../kubernetes-provider/properties.ts";
import type { CloudError } from "./cloud-error.ts";
import type { Standing, World } from "./world.ts";

/** A property that is not as it must be: its path, such as `scalingConfig.maxSize`, and the provider's sentence. */
export type Fault = { property: string; reason: string };

/** One request to the simulated service, with values in the clear and all of them known. */
export type Call<Settings> = {
  settings: Settings;
  world: World;
  /** Name of the resource in the program. */
  name: string;
  inputs: Properties;
  /** The resource as it stood before: of an update or a deletion. */
  before?: Standing;
  /** Aborted when the engine gives up. */
  signal: AbortSignal;
  /** Tells the operator what is waited for. */
  say(status: string): void;
};

/** A property that names another resource of the world, in dots and `*` for the members of a list: `subnetIds.*`. */
export type Reference = {
  at: string;
  /** Type tokens of what it may name. */
  to: string[];
  /** What the service answers when there is no such thing; undefined: a name that stands outside this world, as a managed policy. */
  missing(value: string, world: World): CloudError | undefined;
  /** Whether the other cannot be deleted while this stands; true where nothing is said. */
  holds?: boolean;
};

/** How a resource gets a name when the program gives it none: `<name><separator><random hex digits>`. */
export type Autoname = {
  property: string;
  maxLength: number;
  separator?: string;
  hexDigits?: number;
  /** What the service does not take in a name, as `/[^a-z0-9]/g`. */
  without?: RegExp;
  /** Which property takes the place of this one, as `namePrefix`. */
  unless?: string[];
  /** What every name begins with, as `alias/`. */
  prefix?: string;
  /** Whether a name is a GUID and has nothing of the program's name. */
  guid?: boolean;
};

/** What the simulated cloud knows of one resource type beyond the shape of its inputs. */
export type CloudType<Settings> = {
  autoname?: Autoname;
  /** Inputs that the provider itself fills in where the program gives none, as a location that is its resource group's. */
  fill?(inputs: Properties, olds: Properties, settings: Settings): Properties;
  /** Paths of inputs whose change means a new resource, in dots and `*`; what lies below them counts too. */
  immutable?: string[];
  /** Immutable properties of which an old and a new resource cannot stand side by side, beside a name that was chosen. */
  exclusive?: boolean;
  /** Lists whose order says nothing. */
  unordered?: string[];
  references?: Reference[];
  /** Outputs that lie within an input's object, which a preview cannot know: `vpcConfig.clusterSecurityGroupId`. */
  computedWithin?: string[];
  /** Outputs that any update changes, which its preview cannot know: `latestVersion`. */
  renewed?: string[];
  /** Outputs that are secret even where no input was. */
  secretOutputs?: string[];
  /** Values that count as given when the program gives none; they stand among the outputs, as a real provider does it. */
  defaults?: Properties;
  /**
   * What can be said of the inputs alone, at preview too. What is not known yet is absent, and so is a list with an unknown
   * in it: absence is never a fault here.
   */
  check?(inputs: Properties, settings: Settings): Fault[];
  /** What the service refuses on arrival, seeing its world: throws a CloudError. Runs before a creation and an update. */
  judge?(call: Call<Settings>): void;
  /** The resource that comes of the request: its id, and what the service adds to the inputs. */
  make(call: Call<Settings>): { id: string; outputs: Properties };
  /** Whatever comes after the service has accepted the request, as nodes that start; may return more outputs. */
  settle?(call: Call<Settings>, standing: Standing): Promise<Properties | undefined>;
  /** Outputs that an update changes, beside the inputs. */
  change?(call: Call<Settings>, before: Standing): Properties;
  /** What the service answers when it is to delete something that others use; the sentence gets their names. */
  inUse?(standing: Standing, users: Standing[]): CloudError;
  /** What forbids a deletion beside that: throws a CloudError. */
  judgeDeletion?(call: Call<Settings>, standing: Standing): void;
  /** What goes away with the resource, as the nodes of a node group. */
  release?(call: Call<Settings>, standing: Standing): Promise<void>;
  /** A deletion that only ends later leaves this behind, as a key that is scheduled for deletion. */
  leaves?(standing: Standing): Properties;
  /** Whether its provider waits for it: what fails after the creation is kept in the engine's state then. */
  waits?: boolean;
  /** Whether machines are taken, so that there can be none left. */
  takesMachines?: boolean;
  /** How long the service takes, before the rehearsal's own pace. */
  takesMs?: { create?: number; update?: number; delete?: number };
};

/** A function of the provider's package: gets known arguments, returns its result or throws a CloudError. */
export type CloudFunction<Settings> = (
  call: Omit<Call<Settings>, "before" | "name">,
) => Properties | Promise<Properties>;
