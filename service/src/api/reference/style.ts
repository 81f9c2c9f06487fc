/** The style of the reference: light and dark, for a phone and for a desk. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f7f9;--text:#1b2130;--soft:#5a6478;--line:#e1e5ec;--accent:#3f4bd1;--code:#eef0f5;--ok:#12734a;--ok-bg:#dff5ea;--warn:#8a5200;--warn-bg:#fdeed3;--bad:#a8232f;--bad-bg:#fde4e5;--blue:#1f54b5;--blue-bg:#e0eafc;--ink:#131826;--ink-line:#262e42;--ink-text:#dfe5f2;--ink-soft:#98a4bd;--ink-key:#9cc4ff;--ink-string:#a6e3b8}
@media (prefers-color-scheme:dark){:root{--bg:#0e121b;--panel:#141a26;--text:#e3e8f2;--soft:#9aa5ba;--line:#252d3d;--accent:#9aa6ff;--code:#1c2433;--ok:#6fdca8;--ok-bg:#12352a;--warn:#f3c06b;--warn-bg:#3a2b10;--bad:#ff9ba3;--bad-bg:#42191f;--blue:#93bcff;--blue-bg:#172c50;--ink:#0a0e16}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
code,pre{font:12.5px/1.65 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--code);padding:.12em .35em;border-radius:4px;overflow-wrap:anywhere}
h1{font-size:2rem;line-height:1.2;margin:0 0 .75rem;letter-spacing:-.02em}
h1 small{font-size:.8rem;font-weight:500;letter-spacing:0;color:var(--soft);border:1px solid var(--line);border-radius:99px;padding:.2rem .6rem;vertical-align:middle}
h2{font-size:1.5rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 .5rem}
h3{font-size:1.15rem;line-height:1.35;margin:0 0 .4rem}
h4{font-size:.78rem;font-weight:650;text-transform:uppercase;letter-spacing:.05em;color:var(--soft);margin:1.5rem 0 .3rem}
p{margin:0 0 .8rem;max-width:44rem}.soft{color:var(--soft)}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;z-index:2;background:var(--bg);padding:.5rem 1rem}
.side{display:none}
.menu{position:sticky;top:0;z-index:1;background:var(--bg);border-bottom:1px solid var(--line)}
.menu summary{padding:.75rem 1.25rem;font-weight:600;cursor:pointer}
.menu nav{padding:0 1.25rem 1rem;max-height:70vh;overflow-y:auto}
nav strong{display:block;font-size:.75rem;text-transform:uppercase;letter-spacing:.05em;color:var(--soft);margin:1.25rem 0 .35rem}
nav a{display:flex;gap:.55rem;align-items:baseline;padding:.22rem 0;color:var(--text);font-size:.875rem;line-height:1.4}
nav .method{flex:0 0 3.4rem;font-size:.625rem}
main{padding:2rem 1.25rem 6rem;max-width:78rem}
main>section{padding:2.5rem 0;border-top:1px solid var(--line)}
main>section.group{padding-bottom:0}main>section.group+section{border-top:0;padding-top:1.5rem}
:is(h2,h3) a{color:inherit}:is(h2,h3) a:is(:hover,:focus)::after{content:' #';color:var(--soft);font-weight:400}
.method,.status{display:inline-block;text-align:center;font:650 .72rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;border-radius:5px;padding:.1rem .4rem}
.method{min-width:3.4rem}.get,.s2{background:var(--ok-bg);color:var(--ok)}.post{background:var(--blue-bg);color:var(--blue)}.put,.s4{background:var(--warn-bg);color:var(--warn)}.delete,.s5{background:var(--bad-bg);color:var(--bad)}
.route{display:flex;flex-wrap:wrap;gap:.6rem;align-items:baseline;margin:0 0 .8rem}.route code{background:none;padding:0;font-size:.95rem}
.tag{font-size:.75rem;color:var(--warn);background:var(--warn-bg);border-radius:99px;padding:.1rem .6rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.5rem 1rem .5rem 0;border-bottom:1px solid var(--line)}
th{font-size:.75rem;font-weight:600;color:var(--soft)}td:last-child,th:last-child{padding-right:0}
td p{margin:.15rem 0 0}td:first-child code{white-space:nowrap}.type{color:var(--soft);font-size:.8rem}.must{color:var(--bad);font-size:.75rem}
.also{margin-top:.6rem;font-size:.85rem;color:var(--soft)}summary{cursor:pointer;color:var(--accent)}.menu summary{color:inherit}
figure{margin:0 0 1rem;background:var(--ink);color:var(--ink-text);border:1px solid var(--ink-line);border-radius:10px;overflow:hidden}
figcaption{padding:.5rem 1rem;font-size:.78rem;color:var(--ink-soft);border-bottom:1px solid var(--ink-line)}
pre{margin:0;padding:.8rem 1rem;overflow-x:auto}pre code{background:none;padding:0;overflow-wrap:normal}pre b{font-weight:400;color:var(--ink-key)}pre i{font-style:normal;color:var(--ink-string)}
ol.steps{list-style:none;padding:0;margin:1.5rem 0 0;counter-reset:step}ol.steps>li{counter-increment:step;margin:0 0 2rem}
ol.steps h3::before{content:counter(step);display:inline-block;width:1.7rem;height:1.7rem;line-height:1.7rem;margin-right:.6rem;border-radius:50%;text-align:center;font-size:.85rem;background:var(--accent);color:var(--bg)}
.pair>*{min-width:0}
@media (max-width:640px){table,tbody{display:block}thead{display:none}tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--line)}td{display:block;border:0;padding:.1rem 0}h1{font-size:1.7rem}}
@media (min-width:1000px){html{scroll-padding-top:1.5rem}body{display:grid;grid-template-columns:18rem minmax(0,1fr)}.menu{display:none}.side{display:block;position:sticky;top:0;height:100vh;overflow-y:auto;padding:1.5rem 1.25rem 3rem;background:var(--panel);border-right:1px solid var(--line)}.side>a{font-weight:700;font-size:1.05rem}main{padding:3rem 3rem 6rem}}
@media (min-width:1180px){.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,27rem);gap:2.5rem;align-items:start}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body.plain{display:block}body.plain main{margin:0 auto;max-width:48rem}
@media print{.side,.menu{display:none}body{display:block}}
`
