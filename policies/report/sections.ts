import type { EvidenceDiff } from "../evidence/diff.ts";
import { isSame } from "../evidence/diff.ts";
import type { Evidence, EvidenceFinding } from "../evidence/shape.ts";
import { moment, type Words } from "./english.ts";
import { html, type Markup, type Part } from "./markup.ts";
import { ruleLinks, table, verdictWord } from "./table.ts";

/** A part of the report that the contents lead to. */
type Section = { id: string; title: string; body: Part };

/** The parts of a report, in their order. */
export function sectionsOf(evidence: Evidence, diff: EvidenceDiff | undefined, words: Words): Section[] {
  const { sections, lead } = words;
  const bodies: Record<keyof Words["sections"], Part> = {
    broken: found(evidence, "broken", words),
    undecidable: [intro(lead.undecidable), found(evidence, "undecidable", words)],
    rules: [intro(lead.rules), rules(evidence, words)],
    laws: [intro(lead.laws), laws(evidence, words)],
    pending: [intro(lead.pending), found(evidence, "pending", words)],
    waived: [intro(lead.waived), waived(evidence, words)],
    declarations: [intro(lead.declarations), declarations(evidence, words)],
    coverage: coverage(evidence, words),
    frameworks: [intro(lead.frameworks), frameworks(evidence, words)],
    diff: diff && changes(diff, words),
    hashes: [intro(lead.hashes), hashes(evidence, words)],
    limits: list(words.limits),
  };
  return order.filter((id) => bodies[id] !== undefined).map((id) => ({ id, title: sections[id], body: bodies[id] }));
}

const order: (keyof Words["sections"])[] = [
  "rules",
  "diff",
  "broken",
  "undecidable",
  "pending",
  "waived",
  "laws",
  "declarations",
  "coverage",
  "frameworks",
  "hashes",
  "limits",
];

function intro(text: string): Markup {
  return html`<p class="lead">${text}</p>`;
}

function list(items: readonly Part[]): Markup {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

function rules({ rules }: Evidence, words: Words): Markup {
  const { rule, asserts, verdict, rulings } = words.columns;
  return table(
    [rule, asserts, verdict, rulings],
    rules.map(({ name, text, verdict, counts }) => [
      html`<span id="rule-${name}">${counts.broken + counts.undecidable + counts.pending + counts.waived > 0 ? html`<a href="#found-${name}">${name}</a>` : name}</span>`,
      text,
      verdictWord(verdict, words),
      words.tally(counts),
    ]),
  );
}

/** The findings of one verdict, rule by rule; the first list that a rule is in is where the table of rules leads. */
function found(evidence: Evidence, verdict: keyof Words["nothing"] & EvidenceFinding["verdict"], words: Words): Part {
  const before = order.slice(0, order.indexOf(verdict));
  const groups = evidence.rules.flatMap(({ name, title }) => {
    const findings = evidence.findings.filter((each) => each.rule === name && each.verdict === verdict);
    if (findings.length === 0) return [];
    const known = evidence.findings.some((each) => each.rule === name && before.includes(each.verdict as "broken"));
    return [
      html`<h3${!known && html` id="found-${name}"`}>${title} <span class="soft">${name}</span></h3>
<ol class="findings">${findings.map((finding) => card(finding, words))}</ol>\n`,
    ];
  });
  return groups.length > 0 ? groups : html`<p>${words.nothing[verdict]}</p>`;
}

function card(finding: EvidenceFinding, words: Words): Markup {
  const { verdict, type, name, path, value, allowed, remedy, file, line, urn, waiver } = finding;
  const { finding: names } = words;
  const rows: [string, Part][] = [
    [names.found, path === "" ? value : html`<code>${path}</code> ${value}`],
    [names.allowed, verdict === "pending" ? undefined : allowed],
    [names.remedy, waiver ? undefined : remedy],
    [names.waiver, waiver && words.waiver(waiver.approvedBy, waiver.expires, waiver.because)],
    [
      names.where,
      html`${file && html`<code>${line ? `${file}:${line}` : file}</code> `}<code class="soft">${urn}</code>`,
    ],
  ];
  const shown = rows.filter(([, value]) => value !== undefined);
  return html`<li class="finding ${verdict}"><h4>${type} <strong>${name}</strong></h4>
<dl>${shown.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></li>\n`;
}

function laws({ laws }: Evidence, words: Words): Part {
  const { article, says, verdict, rules } = words.columns;
  if (laws.length === 0) return html`<p>${words.nothing.laws}</p>`;
  return laws.map(
    ({ law, articles }) => html`<section class="law"><h3>${law}</h3>
${table(
  [article, says, verdict, rules],
  articles.map((each) => [
    each.article,
    html`${each.says} ${unsure(each.verified, words)}`,
    verdictWord(each.verdict, words),
    ruleLinks(each.rules),
  ]),
)}</section>\n`,
  );
}

/** How sure the catalogue is, where it is not. */
function unsure(verified: boolean | "partial", words: Words): Part {
  return verified !== true && html`<span class="soft">(${words.unsure[String(verified)]})</span>`;
}

function waived(evidence: Evidence, words: Words): Part {
  const { rule, resource, because, approved, uses } = words.columns;
  if (evidence.waivers.length === 0) return html`<p>${words.nothing.waived}</p>`;
  return [
    table(
      [rule, resource, because, approved, uses],
      evidence.waivers.map((each) => [
        each.rule,
        html`<code>${each.resource}</code>`,
        each.because,
        [words.approved(each.approvedBy, each.expires), each.key && html`<br><code>${each.key}</code>`],
        each.fault ? html`<span class="broken"><span class="word">${each.fault}</span></span>` : each.uses,
      ]),
    ),
    evidence.counts.waived > 0 && found(evidence, "waived", words),
  ];
}

function declarations({ declarations, enforcement }: Evidence, words: Words): Part {
  const { what, value, origin, because, policy, from, to } = words.columns;
  return [
    table(
      [what, value, origin, because],
      declarations.map((each) => [
        words.what[each.what],
        html`<code>${each.value}</code>`,
        each.origin,
        each.because && `${each.because} ${words.used(each.uses ?? 0)}`,
      ]),
    ),
    enforcement.length > 0 && [
      html`<h3>${words.enforcement}</h3>`,
      table(
        [policy, from, to, origin],
        enforcement.map((each) => [each.policy, each.from, each.to, each.origin]),
      ),
    ],
  ];
}

function coverage({ coverage: { types } }: Evidence, words: Words): Part {
  const { type, count, by } = words.columns;
  const of = (how: string) => types.filter((each) => each.by === how).length;
  return [
    intro(words.coverage(types.length - of("component"), of("table"), of("sweep"), of("undecidable"))),
    table(
      [type, count, by],
      types.map((each) => [html`<code>${each.type}</code>`, each.count, words.by[each.by] ?? each.by]),
      [1],
    ),
  ];
}

function frameworks({ frameworks }: Evidence, words: Words): Part {
  const { criterion, cannotShow, verdict, rules } = words.columns;
  return frameworks.map(
    ({
      name,
      version,
      status,
      verified,
      sources,
      bound,
      criteria,
    }) => html`<section><h3>${name} <span class="soft">${version}</span></h3>
<p class="soft">${status} ${unsure(verified, words)}</p>
<p><strong>${words.bound}.</strong> ${bound}</p>
${table(
  [criterion, verdict, rules, cannotShow],
  criteria.map((each) => [
    html`${each.id} ${each.title} ${each.recalled && unsure(false, words)}`,
    verdictWord(each.verdict, words),
    ruleLinks(each.rules),
    each.cannotShow,
  ]),
)}<p class="soft">${words.source}: ${sources.map((source) => html`<code>${source}</code> `)}</p></section>\n`,
  );
}

function hashes({ hashes, format, tool }: Evidence, words: Words): Markup {
  const rows: [string, Part][] = [
    [tool.name, tool.version],
    ...(tool.engine ? [["Pulumi", tool.engine] as [string, Part]] : []),
    [words.hash.format, format],
    ...(["pack", "catalogue", "subject", "config"] as const).flatMap((of): [string, Part][] =>
      hashes[of] ? [[words.hash[of], html`<code>sha256:${hashes[of]}</code>`]] : [],
    ),
  ];
  return html`<dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function changes(diff: EvidenceDiff, words: Words): Part {
  const of = (finding: EvidenceFinding) =>
    html`${verdictWord(finding.verdict, words)} ${finding.rule}: ${finding.type} <strong>${finding.name}</strong> <code>${finding.path}</code> ${finding.value}`;
  const { diff: said } = words;
  const lists: [string, Part[]][] = [
    [said.verdict, diff.verdict ? [said.became(diff.verdict.was, diff.verdict.is)] : []],
    [said.rules, diff.rules.map(({ rule, was, is }) => `${rule}: ${said.became(was, is)}`)],
    [said.fresh, diff.fresh.map(of)],
    [said.gone, diff.gone.map(of)],
    [
      said.changed,
      diff.changed.map(({ was, is }) => html`${of(is)} <span class="soft">(${was.verdict}: ${was.value})</span>`),
    ],
    [said.declared, diff.declared],
    [said.withdrawn, diff.withdrawn],
    [said.other, diff.other],
  ];
  return [
    intro(said.since(moment(diff.since))),
    diff.otherSubject && html`<p>${said.otherSubject(diff.otherSubject)}</p>`,
    isSame(diff) && html`<p>${words.nothing.diff}</p>`,
    lists.map(
      ([title, items]) =>
        items.length > 0 && html`<h3>${title} <span class="soft">${items.length}</span></h3>${list(items)}`,
    ),
  ];
}
