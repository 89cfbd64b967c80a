import { dark, light, type Palette } from "./palette.ts";

/** The page's style: both themes, phone to print, system fonts only. */
export function styleSheet(): string {
  return [
    `:root { color-scheme: light dark; ${variables(light)} }`,
    `@media screen and (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${variables(dark)} } }`,
    `@media screen { :root[data-theme="dark"] { color-scheme: dark; ${variables(dark)} } }`,
    `:root[data-theme="light"] { color-scheme: light }`,
    sheet.trim(),
  ].join("\n");
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");
}

const sheet = `
:root {
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, "Noto Serif", serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --column: 46rem;
  --broad: 64rem;
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-behavior: smooth }
body {
  margin: 0; background: var(--paper); color: var(--text);
  font: 400 1.0625rem/1.65 var(--serif);
  font-variant-numeric: oldstyle-nums proportional-nums;
  overflow-wrap: break-word;
}
header, nav, main > section > *, main > section {
  width: 100%;
}
header, nav, main > section > * { max-width: var(--column); margin-inline: auto }
body > * { padding-inline: 1.25rem }
header { position: relative; padding-top: clamp(2.5rem, 8vw, 6rem) }
header, nav { max-width: calc(var(--column) + 2.5rem) }
.kicker { margin: 0 0 .75rem; font: 600 .8125rem/1.4 var(--sans); letter-spacing: .04em; color: var(--muted) }
h1 { margin: 0 0 1.5rem; font: 650 clamp(1.9rem, 1.3rem + 2.6vw, 3rem)/1.12 var(--sans); letter-spacing: -.022em; text-wrap: balance }
h2 { font: 650 1.5rem/1.25 var(--sans); letter-spacing: -.014em; margin-top: 0; margin-bottom: 1.1rem; text-wrap: balance }
h4 { font: 600 .875rem/1.3 var(--sans); margin: 0 0 .25rem }
p { margin-block: 0 1.1em; text-wrap: pretty }
.lead { font-size: 1.1875rem; line-height: 1.58 }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .16em }
code, pre { font-family: var(--mono); font-size: .84em; font-variant-numeric: normal }
section { padding-top: clamp(2.5rem, 5vw, 4.25rem); scroll-margin-top: 0 }
math { font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "Libertinus Math", "DejaVu Math TeX Gyre", math; font-size: 1.04em }
.keep { white-space: nowrap }
.equation { margin-block: 1.4rem; overflow-x: auto; overflow-y: hidden }

.theme {
  position: absolute; top: 1.1rem; right: 1.25rem; padding: .3rem .8rem;
  font: 500 .8125rem/1.4 var(--sans); color: var(--muted); cursor: pointer;
  background: none; border: 1px solid var(--rule); border-radius: 99px;
}
.theme:hover { color: var(--text); border-color: var(--faint) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }

nav { margin-top: 2rem }
nav ol {
  display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: 0; padding: .8rem 0; list-style: none;
  border-block: 1px solid var(--rule); font: 500 .875rem/1.6 var(--sans);
}
nav a { color: var(--muted); text-decoration: none }
nav a:hover { color: var(--link) }

.note { padding: .8rem 1.1rem; border-left: 3px solid var(--faint); background: var(--sunken); border-radius: 0 6px 6px 0; font-size: .97em }

figure { margin-block: 2.2rem 2.6rem }
figcaption { margin-top: .75rem; font: .875rem/1.55 var(--sans); color: var(--muted); max-width: 42rem; font-variant-numeric: tabular-nums }
svg { display: block; max-width: 100%; height: auto; overflow: visible; font-variant-numeric: tabular-nums }
svg text { white-space: pre }
.narrow { display: none }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 0 0 .8rem; padding: 0; list-style: none; font: 500 .8125rem/1.5 var(--sans) }
.legend li { display: flex; align-items: center; gap: .45rem }
.panels { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.8rem 1.4rem }
.panels.three { grid-template-columns: repeat(3, minmax(0, 1fr)) }
.panel { min-width: 0 }
.panel svg { width: 100%; max-width: 27rem }
main > section > .breakout { max-width: var(--broad) }

.chip {
  display: inline-flex; align-items: center; gap: .4em; padding: .18em .7em .2em .55em; border-radius: 99px;
  font: 600 .8125rem/1.45 var(--sans); white-space: nowrap;
}
.chip.good { color: var(--good); background: var(--good-paper) }
.chip.bad { color: var(--bad); background: var(--bad-paper) }
.chip.unsure { color: var(--unsure); background: var(--unsure-paper) }
.tally { display: flex; flex-wrap: wrap; gap: .5rem }

table { border-collapse: collapse; font: .875rem/1.5 var(--sans); font-variant-numeric: tabular-nums lining-nums }
th { font-weight: 600; text-align: left; color: var(--muted); vertical-align: bottom }
.scroll { overflow-x: auto; margin-block: 1.6rem }
.data { width: 100% }
.data th, .data td { padding: .45rem 1.1rem .45rem 0; border-bottom: 1px solid var(--rule) }
.data th:last-child, .data td:last-child { padding-right: 0 }
.data thead th { border-bottom-color: var(--faint) }
.data code { overflow-wrap: anywhere }
.data .end { text-align: right }
.data caption { caption-side: bottom; text-align: left; padding-top: .7rem; color: var(--muted) }

.verdicts { width: 100%; margin-block: 1.4rem 0 }
.verdicts td, .verdicts th { padding: 1.15rem 1.8rem 1.15rem 0; vertical-align: top; border-top: 1px solid var(--rule) }
.verdicts th { padding-block: 0 .5rem; border-top: 0 }
.verdicts td:last-child, .verdicts th:last-child { padding-right: 0 }
.verdicts tbody tr:last-child td { border-bottom: 1px solid var(--rule) }
.verdicts p { margin: 0 }
.verdicts .claim { width: 17rem }
.verdicts .claim div { display: flex; flex-wrap: wrap; column-gap: .4rem }
.verdicts .claim p { flex: 1 1 14.5rem; font: 1rem/1.5 var(--serif); text-wrap: pretty }
.claim-id { min-width: 1.9rem; font: 650 .9375rem/1.6 var(--sans); text-decoration: none; color: var(--muted) }
.verdicts .verdict { width: 13.5rem }
.verdicts .reason { margin-top: .55rem; color: var(--muted); font-size: .8125rem; line-height: 1.5 }
.verdicts .statistic { margin-bottom: .45rem; font-weight: 500 }
.measured ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: auto 9.375rem auto; column-gap: .9rem; justify-content: start }
.measured li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center }
.measured .what { font-size: .8125rem; line-height: 1.25; max-width: 11rem; padding-block: .15rem }
.measured .stripe { align-self: stretch; display: grid; align-items: center }
.measured .value { white-space: nowrap; font-size: .8125rem }
.measured .control { color: var(--muted) }
.verdicts .band { display: flex; align-items: center; gap: .5rem; margin-top: .4rem; font-size: .8125rem; color: var(--muted) }
.swatch { width: 1.1rem; height: .75rem; background: var(--good-paper) }

pre { margin-block: 1rem 1.4rem; padding: .9rem 1.1rem; background: var(--sunken); border-radius: 8px; overflow-x: auto; line-height: 1.55 }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--rule); user-select: all; -webkit-user-select: all }
dl { margin-block: 1.2rem }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .4rem 1.6rem; font: .875rem/1.55 var(--sans) }
.facts dt { color: var(--muted) }
.facts dd { margin: 0; overflow-wrap: anywhere }
.facts ul { margin: 0; padding-left: 1.1rem }
.definitions dt { font: 600 .9375rem/1.5 var(--sans) }
.definitions dd { margin: .1rem 0 1rem }
details { margin-block: 1rem }
summary { cursor: pointer; font: 500 .9375rem/1.6 var(--sans); color: var(--link) }
.citations { padding-left: 1.3rem; font-size: 1rem }
.citations li { margin-bottom: .6rem }
.citations a { overflow-wrap: anywhere }
main { padding-bottom: 6rem }

@media print, (max-width: 68rem) {
  .verdicts thead { display: none }
  .verdicts, .verdicts tbody, .verdicts td { display: block; width: 100% }
  .verdicts tr { display: flex; flex-direction: column; gap: .9rem; padding-block: 1.4rem; border-top: 1px solid var(--rule) }
  .verdicts td, .verdicts tbody tr:last-child td { border: 0; padding: 0 }
  .verdicts .claim, .verdicts .verdict { width: auto }
  .verdicts .measured { order: 1 }
  main > section > .breakout { max-width: var(--column) }
  .panels.three { grid-template-columns: repeat(2, minmax(0, 1fr)) }
}
@media screen and (max-width: 52rem) {
  header { padding-top: 4.2rem }
  .panels, .panels.three { grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)) }
}
@media screen and (max-width: 40rem) {
  .stack thead { display: none }
  .stack { display: flex; flex-direction: column }
  .stack caption { order: 1 }
  .stack tbody, .stack tr, .stack caption { display: block; width: 100% }
  .data:not(.stack) th, .data:not(.stack) td { padding-right: .7rem }
  .stack tr { padding-block: .7rem; border-bottom: 1px solid var(--rule) }
  .data.stack td { display: flex; justify-content: space-between; gap: 1.2rem; border: 0; padding: .12rem 0; text-align: right; overflow-wrap: anywhere }
  .data.stack td:empty { display: none }
  .data.stack td:first-child { display: block; text-align: left; font-weight: 600 }
  .stack td:not(:first-child)::before { content: attr(data-label); color: var(--muted); text-align: left; overflow-wrap: normal; flex: none }
  .wide { display: none }
  .narrow { display: block }
  .narrow > svg { width: 100%; max-width: 27rem }
}
@media (max-width: 30rem) {
  body { font-size: 1rem }
  .lead { font-size: 1.0625rem }
  .measured ul { grid-template-columns: minmax(0, 1fr) auto }
  .measured .what { max-width: none; padding-block: .5rem 0 }
  .measured .value { align-self: end; text-align: end }
  .measured .stripe { grid-column: 1 / -1; order: 1 }
  .facts { grid-template-columns: 1fr; gap: 0 }
  .facts dd { margin-bottom: .6rem }
}
@media print {
  body { font-size: 10.5pt; background: none }
  .theme, nav { display: none }
  header { padding-top: 0 }
  section { padding-top: 1.6rem }
  h2 { break-after: avoid }
  .lead { font-size: 12pt; line-height: 1.5 }
  figure, .verdicts tr, .data tr, pre { break-inside: avoid }
  .scroll { overflow: visible }
  figcaption, .data caption { break-before: avoid }
  a { color: inherit }
  pre { white-space: pre-wrap }
  details::details-content { content-visibility: visible; display: block; height: auto }
}
`;
