/** One value of a series, as a program tells it to Prometheus. */
export type Sample = { name: string; labels: Record<string, string>; value: number };

/** What is written in Prometheus's text format, without its comments. */
export function samplesIn(text: string): Sample[] {
  return text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    return [
      {
        name,
        labels: Object.fromEntries(pairs.map(([, label, text]) => [label!, unescaped(text!)])),
        value: Number(value!.replace(/^([+-]?)Inf$/, "$1Infinity")),
      },
    ];
  });
}

/** Samples in that format, one a line. */
export function exposed(samples: Sample[]): string {
  return samples
    .map(({ name, labels, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
      return `${name}{${pairs.join(",")}} ${String(value).replace("Infinity", "Inf")}\n`;
    })
    .join("");
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
}

function escaped(text: string): string {
  return text.replace(/["\\\n]/g, (sign) => (sign === "\n" ? "\\n" : `\\${sign}`));
}
