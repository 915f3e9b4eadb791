import { html } from "../../html/html.ts";

/** For the screen and for A4 in landscape. */
export const style = html`<style>
:root { --text: #1c2733; --quiet: #55636f; --line: #d3dbe1; --strong: #1c2733; --link: #0b5a8a; --band: #f3f6f8; }
* { box-sizing: border-box; }
html { color: var(--text); background: #fff; font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }
body { counter-reset: table figure; max-width: 1180px; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 { margin: 0 0 0.3rem; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.8rem 0 0.8rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); font-size: 1.25rem; }
p { margin: 0.5rem 0; }
a { color: var(--link); }
code { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.9em; }
.made, .note, .none { color: var(--quiet); }
.note { max-width: 62rem; font-size: 0.87rem; }
.notice { margin: 1rem 0; padding: 0.6rem 1rem; border: 1px solid #d9a520; border-left-width: 0.4rem; background: #fdf6e0; color: #5c4300; font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.3rem; margin: 1.2rem 0 0; padding: 0; list-style: none; font-size: 0.92rem; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(12.6rem, 1fr)); gap: 0.8rem; margin: 1.3rem 0; }
.key > div { padding: 0.7rem 1rem; border: 1px solid var(--line); border-top: 3px solid #0072b2; }
.key dt { color: var(--quiet); font-size: 0.87rem; font-weight: 600; }
.key dd { margin: 0; font-size: 1.6rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; white-space: nowrap; }
.key dd span { font-size: 1rem; font-weight: 400; }
.key .small { color: var(--quiet); font-size: 0.82rem; font-weight: 400; white-space: normal; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; border-bottom: 1.5px solid var(--strong); font-size: 0.85rem; font-variant-numeric: tabular-nums; line-height: 1.35; }
caption { padding-bottom: 0.5rem; text-align: left; font-size: 0.92rem; }
caption { counter-increment: table; }
caption::before { content: "Table " counter(table) ". "; font-weight: 650; }
th, td { padding: 0.28rem 0.55rem; vertical-align: top; }
thead th { border-top: 1.5px solid var(--strong); border-bottom: 1px solid var(--strong); vertical-align: bottom; }
tbody + tbody { border-top: 1px solid var(--line); }
tbody th { font-weight: 500; }
.group th { padding-top: 0.6rem; color: var(--quiet); font-weight: 650; text-align: left; }
.text { max-width: 24rem; overflow-wrap: break-word; text-align: left; }
.number { text-align: right; }
td.number { white-space: nowrap; }
th small, td small { display: block; color: var(--quiet); font-size: 0.86em; font-weight: 400; }
tbody tr:not(.group):hover { background: var(--band); }
tr:target { background: #fdf6e0; outline: 2px solid #d9a520; }
.inner { padding-left: 1.2rem; }
figure { margin: 1.2rem 0; break-inside: avoid; }
figcaption { margin-top: 0.4rem; max-width: 62rem; font-size: 0.92rem; }
figcaption { counter-increment: figure; }
figcaption::before { content: "Figure " counter(figure) ". "; font-weight: 650; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0.8rem 1.5rem; align-items: start; }
.pair { display: grid; grid-template-columns: minmax(0, 7fr) minmax(0, 5fr); gap: 1.5rem; }
.pair figure { margin: 0.5rem 0; }
svg, img { display: block; max-width: 100%; height: auto; }
.gallery img { border: 1px solid var(--line); }
.definitions { columns: 2 26rem; column-gap: 2.5rem; font-size: 0.9rem; }
.definitions > div { break-inside: avoid; margin-bottom: 0.7rem; }
.definitions dt { font-weight: 650; }
.definitions dd { margin: 0; }
footer { margin-top: 3rem; padding-top: 0.8rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.87rem; }
@media screen and (max-width: 52rem) { .pair { grid-template-columns: minmax(0, 1fr); } }
@page { size: A4 landscape; margin: 12mm; }
@media print {
  html { font-size: 11px; }
  body { counter-reset: table figure; max-width: none; padding: 0; }
  nav { display: none; }
  a { color: inherit; text-decoration: none; }
  .scroll { overflow: visible; }
  thead { display: table-header-group; }
  tr, .key > div { break-inside: avoid; }
  h2, caption { break-after: avoid; }
  .gallery img { max-height: 150mm; }
  * { print-color-adjust: exact; }
}
</style>`;
