/** One event of a stream, as the HTML standard has it dispatched. */
export type ServerSentEvent = { event: string; data: string };

/** A stream of server-sent events, with every place where a strict reader would stumble. */
export type EventStream = { events: ServerSentEvent[]; comments: number; faults: string[] };

/** Reads a whole stream of server-sent events: line ends, fields and comments as in the HTML standard, section 9.2. */
export function readEventStream(bytes: Uint8Array): EventStream {
  const faults: string[] = [];
  const lines = decoded(bytes, faults).split(/\r\n|\n|\r/);
  const events: ServerSentEvent[] = [];
  let [event, data, comments] = ["", undefined as string | undefined, 0];
  // What follows the last line end is no line.
  const rest = lines.pop()!;
  for (const [index, line] of lines.entries()) {
    if (line === "") {
      if (data !== undefined) events.push({ event, data });
      [event, data] = ["", undefined];
      continue;
    }
    const [name, value] = field(line);
    if (name === "data") data = data === undefined ? value : `${data}\n${value}`;
    else if (name === "event") event = value;
    else if (name === "") comments++;
    else if (name !== "id" && name !== "retry")
      faults.push(`line ${index + 1} is no field of an event: ${JSON.stringify(line.slice(0, 60))}`);
  }
  if (rest !== "" || data !== undefined) faults.push("the last event is not ended by an empty line");
  return { events, comments, faults };
}

function field(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

function decoded(bytes: Uint8Array, faults: string[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    faults.push("the bytes are no UTF-8");
    return new TextDecoder("utf-8").decode(bytes);
  }
}
