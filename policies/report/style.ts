/** How a report looks on a desktop, a phone and paper, by day and by night. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fdfdfc, #16181b); --ink: light-dark(#1c1f23, #e4e5e3); --soft: light-dark(#5a626b, #a0a7ae);
  --line: light-dark(#dcdfe1, #343a40); --panel: light-dark(#f4f5f4, #1e2125);
  --held: light-dark(#1d6b44, #7cc79d); --broken: light-dark(#a1212b, #f0918f); --pending: light-dark(#745400, #dcb65c);
  --undecidable: light-dark(#8a3d0b, #eba36f); --waived: light-dark(#38518f, #9db4ee); --unjudged: var(--soft);
}
* { box-sizing: border-box; }
html { font: 100%/1.55 system-ui, "Segoe UI", "Liberation Sans", Arial, sans-serif; background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 600; margin: 0; }
h1 { font-size: 1.9rem; text-wrap: balance; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .5rem; padding-top: .9rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
h4 { font-size: .95rem; font-weight: 400; }
p { margin: .4rem 0 .8rem; max-width: 44rem; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .15em; }
a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--waived); outline-offset: 2px; }
code { font: .875em/1.5 ui-monospace, "Cascadia Mono", "Liberation Mono", Menlo, monospace; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; margin: .4rem 0; }
li { margin: .2rem 0; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.kicker, .lead, .soft, dt, th { color: var(--soft); }
.kicker { margin: 0 0 .4rem; }
header { border-left: .3rem solid var(--mark); padding-left: 1.2rem; }
.tally { margin: .6rem 0 0; }
.held { --mark: var(--held); } .broken { --mark: var(--broken); } .pending { --mark: var(--pending); }
.undecidable { --mark: var(--undecidable); } .waived { --mark: var(--waived); } .unjudged { --mark: var(--unjudged); }
.word { color: var(--mark); font-weight: 600; white-space: nowrap; }
.word::before { content: ""; display: inline-block; width: .6em; height: .6em; margin-right: .45em; background: var(--mark); border-radius: 1px; }
dl { display: grid; grid-template-columns: minmax(6.5rem, max-content) 1fr; gap: .15rem 1.2rem; margin: .5rem 0; }
dd { margin: 0; min-width: 0; }
.facts { margin-top: 1.8rem; }
nav ul { columns: 16rem; list-style: none; padding: 0; margin: 0; }
nav li { margin: 0; padding: .15rem 0; break-inside: avoid; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 400; white-space: nowrap; }
th, td { padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { min-width: 9.5rem; }
td a { white-space: nowrap; }
.number { text-align: right; }
.findings { list-style: none; padding: 0; }
.finding { border-left: .2rem solid var(--mark); background: var(--panel); padding: .7rem 1rem; margin: .7rem 0; break-inside: avoid; }
.finding dl { font-size: .94rem; margin-bottom: 0; }
.finding dt { min-width: 0; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .9rem; }
@media (max-width: 40rem) {
  body { padding: 1.25rem 1rem 3rem; }
  h1 { font-size: 1.45rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  thead { position: absolute; left: -100rem; }
  tr, td { display: block; }
  tr { padding: .7rem 0; border-bottom: 1px solid var(--line); }
  td { border: 0; padding: .1rem 0; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  .number { text-align: left; }
}
@media print {
  :root { color-scheme: light; }
  @page { size: A4; margin: 18mm 16mm; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  html { background: none; }
  h2, h3, h4, .lead, section > p { break-after: avoid; }
  tr { break-inside: avoid; }
  #laws, .law + .law { break-before: page; }
  .finding { background: none; border: 1px solid var(--line); border-left: .2rem solid var(--mark); }
  .word::before, header, .finding { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
