import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Country } from "../../components/country.ts";
import type { Door } from "../door.ts";
import { askingOf, type Question } from "./asking.ts";
import { Client } from "./client.ts";
import { MoveStopped } from "./move-stopped.ts";

/** What tenants were told: answers, and tokens by tenant. */
export type Told = { answers: number; tokens: Record<string, number> };

/** A request that was not answered with 200, and when, in seconds since the first. */
export type Refused = { tenant: string; at: number; status: number; why: string };

type Tenant = { name: string; baseUrl: string; key: string; models: string[]; questions: Question[]; client: Client };

const pauseMs = 500;
const streamed = { tokens: 800, tokenMs: 5 };

/** The tenants of a country as they ask all through a move: by the base URLs and keys that they had from the cloud. */
export class Tenants {
  readonly told: Told = { answers: 0, tokens: {} };
  readonly refused: Refused[] = [];
  asked = 0;
  readonly #tenants: Tenant[];
  #loops: Promise<void>[] = [];
  #began = 0;
  #left = false;

  /** `name` is the proxy by which they come in, `door` what it leads to at first. */
  constructor(name: string, door: Door, { models }: Pick<Country, "models">) {
    const roots = [readFileSync(door.root, "utf8")];
    this.#tenants = Object.entries(door.tenants).map(([tenant, { baseUrl, key, models: own }]) => ({
      name: tenant,
      baseUrl,
      key,
      models: own.toSorted(),
      questions: own.flatMap((model) => askingOf(model, models[model]!.model)),
      client: new Client({ baseUrl, key, name, roots: [...roots] }),
    }));
  }

  /** Begins to ask, one question after the other, until they leave. */
  begin(): void {
    this.#began = performance.now();
    this.#loops = this.#tenants.map((tenant) => this.#ask(tenant));
  }

  /** Hands them another root to trust beside the one that they have. */
  trust(root: string): void {
    for (const { client } of this.#tenants) client.trust(readFileSync(root, "utf8"));
  }

  /** Base URL and models of each, as they are now listed where the name leads. */
  async lists(): Promise<{ name: string; baseUrl: string; models: string[] }[]> {
    return Promise.all(
      this.#tenants.map(async ({ name, baseUrl, client }) => ({ name, baseUrl, models: await client.models() })),
    );
  }

  /** Asks a door at its own address what the tenants may use, and each model once. */
  async askAt(door: Door): Promise<void> {
    const roots = [readFileSync(door.root, "utf8")];
    for (const { name, baseUrl, key, models, questions } of this.#tenants) {
      const client = new Client({ baseUrl, key, name: door.proxy, roots });
      const listed = await client.models();
      if (String(listed) !== String(models)) {
        throw new MoveStopped(
          `${name} is told of other models in the hall.`,
          `found    ${listed.join(", ") || "none"}`,
          `allowed  ${models.join(", ")}`,
        );
      }
      for (const { path, body } of questions) {
        const { status, text, why } = await client.send(path, body);
        if (status !== 200) throw new MoveStopped(`The hall answered ${name} with ${status}.`, why ?? text);
        this.#tell(name, text);
      }
    }
  }

  /** Begins a long answer of the first tenant that has a model which streams; what comes of it is told when it has ended. */
  stream(): Promise<string> | undefined {
    for (const { name, client, questions } of this.#tenants) {
      const chat = questions.find(({ streams }) => streams);
      if (!chat) continue;
      const began = performance.now();
      const orders = { rehearsal_tokens: streamed.tokens, rehearsal_token_ms: streamed.tokenMs };
      const long = { ...chat.body, max_tokens: streamed.tokens, stream: true, vllm_xargs: orders };
      return client
        .send(chat.path, { ...long, stream_options: { include_usage: true } })
        .then(({ status, text, why }) => {
          if (status !== 200 || !text.trimEnd().endsWith("[DONE]")) {
            throw new MoveStopped(
              "A stream that began in the cloud broke off.",
              why ?? `${status} ${text.slice(-200)}`,
            );
          }
          this.#tell(name, text);
          const seconds = Math.round((performance.now() - began) / 100) / 10;
          return `a stream of ${streamed.tokens} tokens that began in the cloud ended there, whole, after ${seconds} s`;
        });
    }
    return undefined;
  }

  /** Waits until each has been answered anew, so that what was changed has been met. */
  async onceMore(): Promise<void> {
    const goal = this.asked + 2 * this.#tenants.length;
    while (this.asked < goal) await sleep(50);
  }

  /** They ask nothing more; resolves when the last answers have come. */
  async leave(): Promise<void> {
    this.#left = true;
    await Promise.all(this.#loops);
  }

  async #ask({ name, client, questions }: Tenant): Promise<void> {
    for (let turn = 0; !this.#left; turn++) {
      const { path, body } = questions[turn % questions.length]!;
      const at = Math.round((performance.now() - this.#began) / 100) / 10;
      const { status, text, why } = await client.send(path, body);
      this.asked++;
      if (status === 200) this.#tell(name, text);
      else this.refused.push({ tenant: name, at, status, why: why ?? text.slice(0, 200) });
      await sleep(pauseMs);
    }
  }

  #tell(tenant: string, text: string): void {
    this.told.answers++;
    this.told.tokens[tenant] = (this.told.tokens[tenant] ?? 0) + tokensOf(text);
  }
}

/** Tokens in and out that an answer tells of, whole or streamed. */
function tokensOf(text: string): number {
  const last = text.startsWith("{") ? text : text.split("\n").findLast((line) => line.includes('"usage":{'));
  const { usage } = JSON.parse(last?.replace(/^data: /, "") ?? "{}") as {
    usage?: { prompt_tokens?: number; completion_tokens?: number };
  };
  return (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0);
}
