import { dirname, join } from "node:path";
import { projectFolder } from "../home.ts";
import type { Toolchain } from "../toolchain.ts";
import { instanceWords } from "./database/instance.ts";

/** What runs in place of an image: the words that its entry point becomes. */
export type Programs = Record<string, { words: string[]; from: "command" | "image" }>;

/**
 * The programs of this machine that are what an image holds, by the last parts of the image's name. `command`: the container
 * names the program itself, and its first word is replaced; `image`: the image's own entry point runs.
 */
export function programsOf(toolchain: Required<Pick<Toolchain, DoorPart>>): Programs {
  const { envoyGateway, aiGatewayController, aiGatewayExtproc, rateLimit, envoy, valkey, postgres } = toolchain;
  return {
    "envoyproxy/envoy": { words: [envoy.path], from: "command" },
    "envoyproxy/gateway": { words: [envoyGateway.path], from: "command" },
    "envoyproxy/ratelimit": { words: [rateLimit.path], from: "command" },
    "envoyproxy/ai-gateway-controller": { words: [aiGatewayController.path], from: "image" },
    "envoyproxy/ai-gateway-extproc": { words: [aiGatewayExtproc.path], from: "image" },
    "valkey/valkey": { words: [valkey.path], from: "command" },
    "cloudnative-pg/postgresql": { words: instanceWords(join(dirname(postgres.path), "bin")), from: "image" },
    "library/node": { words: [process.execPath], from: "command" },
    "vllm/vllm-openai": {
      words: [process.execPath, join(projectFolder, "rehearsal", "model-server.ts")],
      // `vllm serve`
      from: "command",
    },
  };
}

/** The parts of the toolchain that a live door is made of. */
export const doorParts = [
  "envoyGateway",
  "aiGatewayController",
  "aiGatewayExtproc",
  "rateLimit",
  "envoy",
  "valkey",
  "postgres",
] as const;
export type DoorPart = (typeof doorParts)[number];

/** The words that run a container here; undefined where nothing here is what its image holds. */
export function runnable(programs: Programs, image: string, command: readonly string[], args: readonly string[]) {
  const path = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const [, program] = Object.entries(programs).find(([name]) => path === name || path.endsWith(`/${name}`)) ?? [];
  if (!program) return undefined;
  if (program.from === "image" || command.length === 0) return [...program.words, ...args];
  const rest = command[0] === "vllm" && command[1] === "serve" ? command.slice(2) : command.slice(1);
  return [...program.words, ...rest, ...args];
}
