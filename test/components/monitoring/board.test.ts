import { describe, expect, it } from "vitest";
import { dashboard } from "../../../components/monitoring/board.ts";

const lines = {
  title: "Tokens",
  unit: "short" as const,
  queries: [
    { expr: "up", legend: "{{job}}" },
    { expr: "1", legend: "1" },
  ],
};
const board = (rows: Parameters<typeof dashboard>[0]["rows"]) =>
  // biome-ignore lint/suspicious/noExplicitAny: Grafana's own model
  dashboard({ id: "models", title: "Models", rows }) as any;

describe("a board", () => {
  it("is what Grafana 11 and later read, under a name of its own, and nobody edits it by hand", () => {
    const made = board([]);
    expect(made).toMatchObject({ uid: "freehold-models", title: "Models", schemaVersion: 39, editable: false });
    expect(made.templating.list).toEqual([expect.objectContaining({ type: "datasource", query: "prometheus" })]);
  });

  it("lays its rows out below each other, their panels side by side, without gap or overlap", () => {
    const number = { ...lines, as: "numbers" as const };
    const { panels } = board([
      { title: "Now", panels: [number, number, number, number] },
      { title: "Then", panels: [lines, lines, lines] },
    ]);
    // biome-ignore lint/suspicious/noExplicitAny: Grafana's own model
    expect(panels.map(({ gridPos: { x, y, w, h } }: any) => [x, y, w, h])).toEqual([
      [0, 0, 24, 1],
      ...[0, 6, 12, 18].map((x) => [x, 1, 6, 4]),
      [0, 5, 24, 1],
      ...[0, 8, 16].map((x) => [x, 6, 8, 8]),
    ]);
    // biome-ignore lint/suspicious/noExplicitAny: Grafana's own model
    expect(new Set(panels.map(({ id }: any) => id)).size).toBe(panels.length);
  });

  it("asks the Prometheus that is chosen on it, each query under a letter", () => {
    const [, panel] = board([{ title: "Row", panels: [lines] }]).panels;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
    const source = { type: "prometheus", uid: "${source}" };
    expect(panel.datasource).toEqual(source);
    expect(panel.targets).toEqual([
      { refId: "A", datasource: source, expr: "up", legendFormat: "{{job}}", range: true },
      { refId: "B", datasource: source, expr: "1", legendFormat: "1", range: true },
    ]);
  });

  it("marks from where on somebody should look", () => {
    const [, panel] = board([{ title: "Row", panels: [{ ...lines, warnFrom: 0.8, badFrom: 0.95 }] }]).panels;
    expect(panel.fieldConfig.defaults.thresholds.steps).toEqual([
      { color: "green", value: null },
      { color: "yellow", value: 0.8 },
      { color: "red", value: 0.95 },
    ]);
  });
});
