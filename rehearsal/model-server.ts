// Stands in for vLLM's OpenAI server in a rehearsal, where there are no GPUs: started with the arguments that
// components/engines/vllm.ts gives to `vllm serve`, it speaks that server's API, and its answers say that they are simulated.
// Tokens are its own (model-server/tokens.ts), counted exactly; nothing it answers comes from a model.
//
// It takes orders in a request's `vllm_xargs` (the engine's own field for extensions; for embeddings, too), and nowhere else:
//
//   rehearsal_delay_ms   milliseconds before the first token, or before the failure
//   rehearsal_tokens     tokens of an answer in words, which else has those of its sentence
//   rehearsal_token_ms   milliseconds between tokens
//   rehearsal_fail       500, 503: this status; "reset": the connection is reset; "die-after-<n>-chunks": a stream's
//                        connection breaks after so many chunks. The process lives on.
//
// GET /rehearsal/requests, which the engine does not have, is its own count as JSON lines: for each request its id (header
// x-request-id), the tokens that were computed for it, and whether it finished, was aborted by its client, or failed as ordered.
// A prompt counts from its first token on; a request that was refused is not in it.
//
// Where it differs from the engine, knowingly: told to stop it refuses what is new with 503, where the engine ends it as
// aborted with 200; without --max-num-seqs nobody waits, where the engine takes a number from its GPU; probabilities and what
// else model-server/request.ts lists are refused; the words of type errors are near the engine's, not the same.
import { ArgumentFault } from "./model-server/arguments.ts";
import { run } from "./model-server/run.ts";

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ArgumentFault)) throw error;
  console.error(`model-server: error: ${error.message}`);
  process.exitCode = 2;
}
