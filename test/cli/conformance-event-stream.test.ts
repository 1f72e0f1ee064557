import { describe, expect, it } from "vitest";
import { readEventStream } from "../../cli/conformance/event-stream.ts";

const read = (text: string) => readEventStream(Buffer.from(text));

describe("a stream of events", () => {
  it.each(["\n", "\r\n", "\r"])("is read with lines that end with %j", (end) => {
    const { events, faults } = read(["data: one", "", "data: two", "", ""].join(end));
    expect(events.map(({ data }) => data)).toEqual(["one", "two"]);
    expect(faults).toEqual([]);
  });

  it("joins the data lines of an event, takes one space from each, and knows its name", () => {
    expect(read("event: sum\nid: 7\nretry: 10\ndata:a\ndata:  b\n\n")).toEqual({
      events: [{ event: "sum", data: "a\n b" }],
      comments: 0,
      faults: [],
    });
  });

  it("takes comments for none", () => {
    expect(read(": ping\n\ndata: x\n\n")).toEqual({ events: [{ event: "", data: "x" }], comments: 1, faults: [] });
  });

  it("is at fault where a line is no field", () => {
    expect(read('{"a":1}\n\n').faults).toEqual(['line 1 is no field of an event: "{\\"a\\":1}"']);
  });

  it.each(["data: x", "data: x\n"])("is at fault where the last event is not ended: %j", (text) => {
    expect(read(text)).toMatchObject({ events: [], faults: ["the last event is not ended by an empty line"] });
  });

  it("is at fault where it is no UTF-8, and is read all the same", () => {
    const bytes = Buffer.concat([Buffer.from("data: "), Buffer.of(0xe4, 0xbd), Buffer.from("\n\n")]);
    expect(readEventStream(bytes)).toMatchObject({ events: [{ data: "\ufffd" }], faults: ["the bytes are no UTF-8"] });
  });
});
