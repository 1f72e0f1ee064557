import { createHash } from "node:crypto";
import type { EvidenceDiff } from "../evidence/diff.ts";
import type { Evidence } from "../evidence/shape.ts";
import { english, moment, type Words } from "./english.ts";
import { html, type Markup } from "./markup.ts";
import { sectionsOf } from "./sections.ts";
import { style } from "./style.ts";

/** Evidence as one page that an auditor opens without a network: it loads nothing and runs nothing. */
export function htmlReport(evidence: Evidence, diff?: EvidenceDiff, words: Words = english): string {
  const sections = sectionsOf(evidence, diff, words);
  const page = html`<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${words.title(evidence.subject.name)}</title>
STYLE
</head>
<body>
<a class="skip" href="#verdict">${words.skip}</a>
${head(evidence, words)}
<nav aria-label="${words.contents}"><h2>${words.contents}</h2><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`)}
</main>
<footer><p class="soft">${words.foot}</p></footer>
</body>
</html>
`;
  return `<!doctype html>\n${page.text.replace("STYLE", () => `<style>${style}</style>`)}`;
}

/** Nothing is loaded, nothing is run, and the only style is this page's own. */
function policy(): string {
  const hash = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function head(evidence: Evidence, words: Words): Markup {
  const { subject, jurisdiction, counts, tool, at, verdict } = evidence;
  const { summary } = words;
  const rows: [string, string | Markup | undefined][] = [
    [summary.judged, html`${subject.name}, ${summary.kinds[subject.kind]}`],
    [summary.file, subject.file === subject.name ? undefined : subject.file],
    [summary.jurisdiction, `${jurisdiction.countryName} (${jurisdiction.country})`],
    [summary.law, jurisdiction.law],
    [summary.resources, String(subject.resources)],
    [summary.when, html`<time datetime="${at}">${moment(at)}</time>`],
    [summary.by, [`${tool.name} ${tool.version}`, tool.engine && `Pulumi ${tool.engine}`].filter(Boolean).join(", ")],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return html`<header id="verdict" class="${verdict}"><p class="kicker">${words.heading}: ${subject.name}</p>
<h1>${words.sentence(evidence)}</h1>
<p class="tally"><span class="word">${words.verdict[verdict]}</span> <span class="soft">${words.tally(counts)}</span></p></header>
<dl class="facts">${shown.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
