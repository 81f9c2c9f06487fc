/** How the dialog looks. All colours and sizes are custom properties of the element. */

const LIGHT = `
  --_background: var(--streamgate-background, #ffffff);
  --_color: var(--streamgate-color, #14171f);
  --_muted: var(--streamgate-muted, #565d6d);
  --_accent: var(--streamgate-accent, #2453d6);
  --_accent-color: var(--streamgate-accent-color, #ffffff);
  --_row: var(--streamgate-row, #f3f5f9);
  --_border: var(--streamgate-border, #d9dee8);
  --_backdrop: var(--streamgate-backdrop, rgb(13 17 28 / 55%));
  color-scheme: light;`

const DARK = `
  --_background: var(--streamgate-background, #181b23);
  --_color: var(--streamgate-color, #f2f4f8);
  --_muted: var(--streamgate-muted, #a7afc0);
  --_accent: var(--streamgate-accent, #8fb0ff);
  --_accent-color: var(--streamgate-accent-color, #0d1730);
  --_row: var(--streamgate-row, #232833);
  --_border: var(--streamgate-border, #3a4150);
  --_backdrop: var(--streamgate-backdrop, rgb(0 0 0 / 65%));
  color-scheme: dark;`

/** The style sheet of the shadow tree. */
export const STYLE = `
:host { ${LIGHT} }
@media (prefers-color-scheme: dark) { :host(:not([theme='light'])) { ${DARK} } }
:host([theme='dark']) { ${DARK} }
* { box-sizing: border-box; }
dialog {
  width: min(var(--streamgate-width, 29rem), calc(100vw - 2rem));
  max-height: min(44rem, calc(100dvh - 2rem));
  margin: auto;
  padding: 0;
  border: 1px solid var(--_border);
  border-radius: var(--streamgate-radius, 1rem);
  background: var(--_background);
  color: var(--_color);
  font: 400 1rem / 1.5 var(--streamgate-font, system-ui, sans-serif);
  box-shadow: 0 1.5rem 4rem rgb(0 0 0 / 30%);
  overflow: hidden;
}
dialog[open] { display: flex; flex-direction: column; animation: rise 180ms ease-out; }
dialog::backdrop { background: var(--_backdrop); animation: fade 180ms ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(0.75rem); } }
@keyframes fade { from { opacity: 0; } }
@keyframes turn { to { transform: rotate(1turn); } }
form { display: flex; flex-direction: column; min-height: 0; }
header { padding: 1.5rem 1.5rem 0; }
h2 { margin: 0 0 0.375rem; font-size: 1.25rem; line-height: 1.3; font-weight: 650; text-wrap: balance; }
p { margin: 0; color: var(--_muted); overflow-wrap: anywhere; }
.list { flex: 0 1 auto; min-height: 6rem; padding: 1rem 1.5rem 0.5rem; overflow-y: auto; }
header, .note, footer { flex: none; }
.row {
  position: relative;
  display: grid;
  grid-template-columns: auto minmax(0, 1fr) auto;
  align-items: center;
  gap: 0.125rem 0.875rem;
  min-height: 4rem;
  margin-block-end: 0.5rem;
  padding: 0.625rem 0.875rem;
  border: 2px solid transparent;
  border-radius: 0.75rem;
  background: var(--_row);
  cursor: pointer;
}
.row:has(:checked) { border-color: var(--_accent); }
.row:has(:focus-visible) { outline: 2px solid var(--_accent); outline-offset: 2px; }
.row svg { width: 1.75rem; height: 1.75rem; }
svg path { fill: none; stroke: currentcolor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.name {
  display: -webkit-box;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 2;
  font-weight: 600;
  overflow: hidden;
  overflow-wrap: anywhere;
}
.details { display: block; color: var(--_muted); font-size: 0.875rem; line-height: 1.4; }
.details > span:not(:last-child)::after { content: ' ·'; }
.details > span { white-space: nowrap; }
input { width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--_accent); outline: 0; cursor: inherit; }
.note { padding: 0.25rem 1.5rem 0; font-size: 0.875rem; }
footer { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.75rem; padding: 1.25rem 1.5rem 1.5rem; }
button {
  min-height: 2.75rem;
  padding: 0.5rem 1.25rem;
  border: 1px solid var(--_border);
  border-radius: 0.625rem;
  background: transparent;
  color: inherit;
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button:hover { background: var(--_row); }
button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.confirm { border-color: transparent; background: var(--_accent); color: var(--_accent-color); }
.confirm:hover { background: color-mix(in srgb, var(--_accent) 88%, var(--_color)); }
.confirm:disabled { cursor: default; }
.working::before {
  content: '';
  display: inline-block;
  width: 0.875em;
  height: 0.875em;
  margin-inline-end: 0.5em;
  border: 2px solid currentcolor;
  border-inline-end-color: transparent;
  border-radius: 50%;
  vertical-align: -0.1em;
  animation: turn 900ms linear infinite;
}
@media (max-width: 30rem) {
  dialog {
    width: 100%;
    max-width: 100%;
    max-height: calc(100dvh - 3rem);
    margin-block-end: 0;
    border-width: 1px 0 0;
    border-end-start-radius: 0;
    border-end-end-radius: 0;
  }
  header, .list, footer { padding-inline: 1.25rem; }
  .note { padding-inline: 1.25rem; }
  footer { flex-direction: column; padding-block-end: max(1.25rem, env(safe-area-inset-bottom)); }
}
@media (prefers-reduced-motion: reduce) {
  dialog[open], dialog::backdrop, .working::before { animation: none; }
}
@media (forced-colors: active) {
  .row { border-color: CanvasText; }
  .row:has(:checked) { border-color: Highlight; }
}
`
