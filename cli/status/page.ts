import { countryName } from "../../catalogue/index.ts";
import type { Country } from "../../components/country.ts";
import { historyDays, type Incident, type Report } from "./report.ts";

const goodFrom = 0.999;
const fairFrom = 0.97;

const style = `
:root { color-scheme: light dark; --text: #1c2024; --dim: #5f6873; --line: #d9dee3; --card: #fff; --page: #f5f6f8; --good: #1a7f4b; --fair: #b7791f; --bad: #c53030; --none: #c6ccd2; }
@media (prefers-color-scheme: dark) { :root { --text: #e8eaed; --dim: #9aa3ad; --line: #343a41; --card: #1e2227; --page: #14171a; --good: #3fb37f; --fair: #d9a441; --bad: #ef6a6a; --none: #444b53; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .75rem; }
.dim, footer { color: var(--dim); font-size: .875rem; }
.banner { margin: 1.25rem 0 0; padding: .9rem 1rem; border-radius: .5rem; color: #fff; font-weight: 600; background: var(--good); }
.banner.bad { background: var(--bad); color: #fff; }
@media (prefers-color-scheme: dark) { .banner, .banner.bad { color: #14171a; } }
ul { list-style: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
li { padding: .9rem 1rem; }
li + li { border-top: 1px solid var(--line); }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.good { color: var(--good); } .fair { color: var(--fair); } .bad { color: var(--bad); }
.days { display: flex; gap: 1px; height: 1.75rem; margin-top: .6rem; }
.days i { flex: 1; min-width: 1px; border-radius: 1px; background: var(--none); }
.days .good { background: var(--good); } .days .fair { background: var(--fair); } .days .bad { background: var(--bad); }
.ends { display: flex; justify-content: space-between; }
footer { margin-top: 2rem; }
`;

/** A page for the tenants and their users, whole in itself: it asks for nothing from anywhere, and runs nothing. */
export function pageOf(country: Pick<Country, "country" | "operator" | "gateway">, report: Report): string {
  const down = report.models.filter(({ replicas }) => replicas === 0);
  const name = countryName(country.country);
  const banner =
    down.length === 0
      ? "All models answer."
      : `${down.map((model) => model.name).join(", ")} ${down.length === 1 ? "does" : "do"} not answer.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(`${name}: ${banner}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(name)}</h1>
<div class="dim">${escaped(country.operator.name)}, ${escaped(country.gateway.host)}</div>
<p class="banner${down.length > 0 ? " bad" : ""}">${escaped(banner)}</p>
<h2>Models</h2>
<ul>
${report.models.map(model).join("\n")}
</ul>
<h2>Incidents</h2>
${incidents(report.incidents)}
<footer>
<p>As of ${time(report.at)}. Measured inside the operator's cluster: what lies between you and ${escaped(country.gateway.host)} is not seen from here. A day's colour says in what share of it a model had a replica that answered. Replicas of one tenant alone are not shown.</p>
</footer>
</main>
</body>
</html>
`;
}

function model({ name, replicas, firstToken, days }: Report["models"][number]): string {
  const state = replicas > 0 ? '<span class="good">answers</span>' : '<span class="bad">does not answer</span>';
  const wait = firstToken
    ? `first word after ${seconds(firstToken.p50)}, one in twenty after more than ${seconds(firstToken.p95)}`
    : "nobody asked lately";
  return `<li><div class="head"><span class="name">${escaped(name)}</span>${state}</div><div class="dim">${wait}</div>${days ? bars(days) : ""}</li>`;
}

function bars(days: (number | null)[]): string {
  const measured = days.filter((share) => share !== null);
  const mean = measured.reduce((sum, share) => sum + share, 0) / measured.length;
  const bar = (share: number | null, at: number) => {
    const ago = days.length - 1 - at;
    const day = ago === 0 ? "the last 24 hours" : `${ago} ${ago === 1 ? "day" : "days"} before`;
    const said = share === null ? "not measured" : percent(share);
    return `<i${share === null ? "" : ` class="${rating(share)}"`} title="${day}: ${said}"></i>`;
  };
  const whole = measured.length === 0 ? "not measured" : `${percent(mean)} of ${measured.length} days`;
  return `<div class="days" role="img" aria-label="${whole}">${days.map(bar).join("")}</div><div class="ends dim"><span>${days.length} days ago</span><span>${whole}</span><span>now</span></div>`;
}

function incidents(found: Incident[] | undefined): string {
  if (!found) return '<p class="dim">No history is kept here.</p>';
  if (found.length === 0)
    return `<p class="dim">None in the last ${historyDays} days, as far as measurements are kept.</p>`;
  const item = ({ what, from, until }: Incident) =>
    `<li><div class="head"><span class="name">${escaped(what)}</span>${until ? "" : '<span class="bad">goes on</span>'}</div><div class="dim">${time(from)}${until ? ` to ${time(until)}` : ""}</div></li>`;
  return `<ul>${found.map(item).join("\n")}</ul>`;
}

function rating(share: number): "good" | "fair" | "bad" {
  return share >= goodFrom ? "good" : share >= fairFrom ? "fair" : "bad";
}

function percent(share: number): string {
  // Rounded down: what was not there is not made up for.
  return `${Math.floor(share * 10_000) / 100} %`;
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`;
}

function time(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (sign) => entities[sign]!);
}
