/** A Grafana board: rows of panels, from top to bottom. */
export type Board = {
  /** Its uid in Grafana, and the last part of the ConfigMap's name. */
  id: string;
  title: string;
  rows: Row[];
};
export type Row = { title: string; panels: Panel[] };
export type Panel = {
  title: string;
  unit: Unit;
  queries: Query[];
  /** Lines over time unless it says otherwise: lines on each other, or the last value of each query. */
  as?: "lines" | "stack" | "numbers";
  /** What somebody who looks at it should know. */
  says?: string;
  /** From this value on it is yellow, or red. */
  warnFrom?: number;
  badFrom?: number;
};
/** A query of Prometheus, and what its lines are called: `{{model}}` stands for a label. */
export type Query = { expr: string; legend: string };
/** Units by Grafana's own names, in use here. */
export type Unit =
  | "short"
  | "reqps"
  | "percentunit"
  | "percent"
  | "s"
  | "ms"
  | "bytes"
  | "decmbytes"
  | "watt"
  | "celsius";

/** What Grafana puts for the time over which a rate is taken: as short as the picture and the scrapes allow. */
export const window = "$__rate_interval";

const columns = 24;
const schemaVersion = 39;
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the board, which Grafana fills in.
const source = { type: "prometheus", uid: "${source}" };

/** A board as Grafana's sidecar reads it from a ConfigMap. */
export function dashboard({ id, title, rows }: Board): object {
  let y = 0;
  const panels = rows.flatMap((row) => {
    const height = row.panels.every(({ as }) => as === "numbers") ? 4 : 8;
    const width = Math.floor(columns / row.panels.length);
    const head = {
      type: "row",
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: columns, h: 1 },
      panels: [],
    };
    const placed = row.panels.map((panel, index) => ({
      ...visual(panel),
      gridPos: { x: index * width, y: y + 1, w: width, h: height },
    }));
    y += height + 1;
    return [head, ...placed];
  });
  return {
    uid: `freehold-${id}`,
    title,
    tags: ["freehold"],
    schemaVersion,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: "browser",
    time: { from: "now-6h", to: "now" },
    refresh: "30s",
    templating: {
      list: [{ name: "source", label: "Prometheus", type: "datasource", query: "prometheus", refresh: 1 }],
    },
    annotations: { list: [] },
    links: [{ title: "Freehold", type: "dashboards", tags: ["freehold"], asDropdown: true, keepTime: true }],
    panels: panels.map((panel, index) => ({ id: index + 1, ...panel })),
  };
}

function visual({ title, unit, queries, as = "lines", says, warnFrom, badFrom }: Panel): object {
  const steps = [
    { color: as === "numbers" ? "text" : "green", value: null },
    ...(warnFrom === undefined ? [] : [{ color: "yellow", value: warnFrom }]),
    ...(badFrom === undefined ? [] : [{ color: "red", value: badFrom }]),
  ];
  const thresholds = { mode: "absolute", steps };
  const targets = queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: source,
    expr,
    legendFormat: legend,
    ...(as === "numbers" ? { instant: true } : { range: true }),
  }));
  const common = { title, datasource: source, targets, ...(says && { description: says }) };
  if (as === "numbers") {
    return {
      ...common,
      type: "stat",
      fieldConfig: { defaults: { unit, thresholds }, overrides: [] },
      options: { reduceOptions: { calcs: ["lastNotNull"] }, textMode: "auto", graphMode: "none" },
    };
  }
  const custom = { lineWidth: 1, ...(as === "stack" && { fillOpacity: 40, stacking: { mode: "normal" } }) };
  const shown = warnFrom === undefined && badFrom === undefined ? {} : { thresholdsStyle: { mode: "line" } };
  return {
    ...common,
    type: "timeseries",
    fieldConfig: { defaults: { unit, min: 0, thresholds, custom: { ...custom, ...shown } }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
  };
}
