import type languagePb from "@pulumi/pulumi/proto/language_pb.js";
import type structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { ended, sdkScript, spawnNode, stop } from "./child.ts";
import { parseRuntimeOptions, type RuntimeOptions } from "./options.ts";

/** How a program ended: nothing, an error to show, or `bail` when the program has shown it already. */
export type ProgramEnd = { error?: string; bail?: boolean };

/** The SDK ends with this code when it has told the user what was wrong. */
const alreadyShown = 32;

/** Runs a Pulumi program until it ends or `cancelled` fires, talking straight to the engine's resource monitor. */
export async function runProgram(
  request: languagePb.RunRequest,
  engine: string,
  cancelled: AbortSignal,
): Promise<ProgramEnd> {
  const info = request.getInfo()!;
  const options = runtimeOptions(info);
  const child = spawnNode([...options.nodeargs, ...programArguments(request, engine)], {
    env: { ...process.env, ...programEnvironment(request, options) },
    output: "inherit",
  });
  const onCancel = () => stop(child);
  cancelled.addEventListener("abort", onCancel);
  try {
    const code = await ended(child);
    if (code === 0) return {};
    if (code === alreadyShown) return { bail: true };
    return { error: `Program exited with non-zero exit code: ${code}` };
  } finally {
    cancelled.removeEventListener("abort", onCancel);
  }
}

/** `runtime.options` of the project, or of the policy pack. */
export function runtimeOptions(info: languagePb.ProgramInfo): RuntimeOptions {
  return parseRuntimeOptions(info.getOptions()?.toJavaScript() as Record<string, structPb.JavaScriptValue> | undefined);
}

/** The SDK script, its flags, the program's entry point, and the program's own arguments. */
export function programArguments(request: languagePb.RunRequest, engine: string): string[] {
  const info = request.getInfo()!;
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: info.getProgramDirectory(),
    parallel: String(request.getParallel()),
  };
  return [
    sdkScript("run", info.getProgramDirectory()),
    ...Object.entries(flags).flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint(),
    ...request.getArgsList(),
  ];
}

/** The variables from which the SDK takes stack configuration and the way to load the program. */
export function programEnvironment(request: languagePb.RunRequest, options: RuntimeOptions): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...typescriptEnvironment(options),
  };
}

/** The variables by which the SDK knows that it has to compile the program, set only where it has to. */
export function typescriptEnvironment({ typescript, tsconfig }: RuntimeOptions): Record<string, string> {
  return {
    ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}
