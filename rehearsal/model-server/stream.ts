import type { ServerResponse } from "node:http";
import type { Call } from "./engine.ts";

/** The chunks of an answer as server-sent events. */
export class Stream {
  readonly #response: ServerResponse;
  readonly #call: Call;
  #sent = 0;

  constructor(response: ServerResponse, call: Call) {
    this.#response = response;
    this.#call = call;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.flushHeaders();
    this.#dieInTime();
  }

  /** The client reads slower than tokens come: they are to be put together, as the engine does. */
  get full(): boolean {
    return this.#response.writableNeedDrain;
  }

  send(chunk: unknown): void {
    if (this.#call.gone) return;
    this.#response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    this.#sent++;
    this.#dieInTime();
  }

  end(): void {
    if (!this.#call.gone) this.#response.end("data: [DONE]\n\n");
  }

  #dieInTime(): void {
    if (this.#sent !== this.#call.orders.dieAfter) return;
    this.#call.leave("failed");
    // Empty, but written after all that was before.
    this.#response.socket?.write("", () => this.#response.destroy());
  }
}
