import { expect } from "vitest";

/** What a client's program said of a feature: what it got, or the error that it was told, with its class and those that it is one of. */
export type Said = {
  // biome-ignore lint/suspicious/noExplicitAny: what is asked of a result is what a check is about.
  result?: any;
  error?: { types: string[]; status: number | null; message: string; retryAfter: string | null };
};

/** A client: its program, its errors by status, features that it has no call for, and those that fail, each with the reason. */
export type Client = {
  program: string;
  /** Packages of a Python program. */
  requirements?: string;
  errors: (status: number) => string;
  without: Record<string, string>;
  fails: Record<string, { because: string; as: Partial<NonNullable<Said["error"]>> }>;
};

// biome-ignore lint/suspicious/noExplicitAny: see above
const got = (check: (result: any) => void) => (said: Said) => {
  expect(said.error).toBeUndefined();
  check(said.result);
};
const refused =
  (status: number) =>
  ({ error }: Said, { errors }: Client) =>
    expect(error).toMatchObject({
      status,
      types: expect.arrayContaining([errors(status)]),
      message: expect.stringMatching(/\w/),
    });

const words = expect.stringContaining("simulated");
const city = { city: expect.any(String) };
const calls = got((result) => expect(result).toEqual([{ name: "get_weather", arguments: city }]));
const vectors = got((lengths) => {
  expect(new Set(lengths).size).toBe(1);
  expect(lengths[0]).toBeGreaterThan(100);
});

/** What each feature is, by what must come of it. */
export const features = {
  models: got((names) => expect(names.toSorted()).toEqual(["apertus", "vectors"])),
  chat: got((result) => expect(result).toEqual({ text: expect.stringMatching(/\w/), tokens: 12 })),
  stream: got(({ text, chunks, tokens }) => {
    expect(text).toEqual(words);
    expect(chunks).toBeGreaterThan(3);
    expect(tokens).toBeGreaterThan(3);
  }),
  tools: calls,
  "tools, streamed": calls,
  "tool's result": got((text) => expect(text).toEqual(words)),
  "JSON mode": got((value) => expect(value).toMatchObject({ text: words })),
  "structured output": got((value) => expect(value).toEqual(city)),
  embeddings: vectors,
  "embeddings, base64": vectors,
  "embeddings, tokens": vectors,
  "several choices": got((texts) => expect(texts).toEqual([words, words])),
  stop: got(({ text, finish }) => {
    expect(finish).toBe("stop");
    expect(text).not.toContain("simulated");
  }),
  limit: got((result) => expect(result).toEqual({ finish: "length", tokens: 3 })),
  logprobs: got((count) => expect(count).toBeGreaterThan(0)),
  "wrong key": refused(401),
  "model of others": refused(403),
  "not offered": refused(404),
  "wrong request": refused(400),
  "server's failure": refused(503),
  abort: got(({ chunks, seconds }) => {
    expect(chunks).toBeGreaterThanOrEqual(5);
    // All of it is 400 chunks, and takes twenty seconds.
    expect(chunks).toBeLessThan(100);
    expect(seconds).toBeLessThan(15);
  }),
  "too many requests": (said, client) => {
    refused(429)(said, client);
    expect(Number(said.error!.retryAfter)).toBeGreaterThan(0);
  },
  "waits as told": got(({ told, seconds }) => expect(seconds).toBeGreaterThan(told - 1.5)),
} satisfies Record<string, (said: Said, client: Client) => void>;

export type Feature = keyof typeof features;

/** Features that use up a tenant's requests, and so have a tenant of their own. */
export const limited: readonly Feature[] = ["too many requests", "waits as told"];

/** The matrix for people: features by clients, as far as they passed, and below it why something is not so. */
export function matrixText(clients: Record<string, Client>, passed: Record<string, Set<string>>): string {
  const names = Object.keys(clients);
  const reasons: string[] = [];
  const note = (mark: string, because: string) => {
    if (!reasons.includes(because)) reasons.push(because);
    return `${mark} ${reasons.indexOf(because) + 1}`;
  };
  const cell = (client: string, feature: string) => {
    const { without, fails } = clients[client]!;
    if (Object.hasOwn(without, feature)) return note("-", without[feature]!);
    if (Object.hasOwn(fails, feature)) return note("no", fails[feature]!.because);
    return passed[client]?.has(feature) ? "yes" : "not seen";
  };
  const rows = [["", ...names], ...Object.keys(features).map((name) => [name, ...names.map((of) => cell(of, name))])];
  const widths = ["", ...names].map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return [
    ...rows.map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    ),
    "",
    ...reasons.map((because, index) => `${index + 1}  ${because}`),
  ].join("\n");
}
