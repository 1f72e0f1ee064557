import { settingsOf } from "./arguments.ts";
import { dialect } from "./dialect.ts";
import { modelServer } from "./server.ts";

/** Serves until it is told to stop (SIGTERM, SIGINT); a worker of a group serves nothing, and waits for the same. */
export async function run(words: readonly string[]): Promise<void> {
  const { headless, servedNames, contextTokens, embeds, host } = settingsOf(words);
  const told = new Promise<NodeJS.Signals>((resolve) => {
    process.on("SIGTERM", resolve);
    process.on("SIGINT", resolve);
  });
  const says = (text: string) => console.log(`Simulated vLLM ${dialect}, no model behind it: ${text}`);
  if (headless) {
    says("a worker of a group, which serves nothing.");
    const waiting = setInterval(() => {}, 2 ** 30);
    await told;
    return clearInterval(waiting);
  }
  const server = await modelServer(words);
  const kind = embeds ? "vectors" : "words";
  says(`serves ${servedNames.join(", ")} (${kind}, ${contextTokens} tokens) on ${host ?? "*"}:${server.port}.`);
  says(`${await told}: answers what is under way, and stops.`);
  await server.stop();
}
