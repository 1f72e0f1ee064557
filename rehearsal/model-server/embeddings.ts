import { type Asked, answer, headOf, modelOf, promptOf, sendJson, usageOf } from "./host.ts";
import { impossible, misshapen } from "./refusal.ts";
import { bodies, read } from "./request.ts";
import { hash } from "./tokens.ts";

/** Numbers of a vector; shorter ones are its beginning, as models do that were trained for it. */
const size = 1024;

/** POST /v1/embeddings */
export async function embeddings(asked: Asked): Promise<void> {
  const { host, response } = asked;
  const body = read(bodies.embedding, asked.body);
  const model = modelOf(host, body.model);
  if (body.input.length === 0 && body.input !== "")
    throw misshapen("1 validation error: body.input: Input must not be empty", "body.input");
  const dimensions = body.dimensions ?? size;
  if (dimensions < 1) throw impossible("Dimensions must be greater than 0");
  if (dimensions > size) {
    throw impossible(`Dimensions must be less than or equal to the model's embedding size (${size})`);
  }
  const prompts = host.context.prompts(body.input).map((written) => {
    host.context.fits(written);
    return promptOf(written.tokens, body.cache_salt);
  });
  await answer(asked, model, async (call) => {
    await Promise.all(prompts.map((prompt) => host.engine.embed(call, prompt)));
    if (call.gone) return;
    const data = prompts.map(({ tokens }, index) => {
      const vector = vectorOf(tokens, dimensions);
      const embedding = body.encoding_format === "base64" ? base64(vector) : [...vector];
      return { index, object: "embedding", embedding };
    });
    const length = prompts.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const usage = { ...usageOf(length, 0), prompt_tokens_details: null };
    sendJson(response, 200, { ...headOf("embd", call, "list"), data, usage });
  });
}

/** A vector of length 1: each token adds to eight places of its own, so that texts with common words are near. */
function vectorOf(tokens: readonly number[], dimensions: number): Float32Array {
  const sums = new Float64Array(size);
  for (const token of tokens) {
    for (let way = 0; way < 8; way++) {
      const place = hash(`${token}/${way}`);
      sums[place % size]! += place & 0x1_0000 ? 1 : -1;
    }
  }
  const short = sums.subarray(0, dimensions);
  const norm = Math.hypot(...short);
  if (norm === 0) short[0] = 1;
  return Float32Array.from(short, (value) => value / (norm || 1));
}

function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
}
