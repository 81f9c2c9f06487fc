/** The style of the page. It loads nothing, and follows the theme of the system. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--back:#fff;--card:#f6f8fa;--s1:#0b66c3;--s2:#c2500b;--link:#0757a8;--warn:#fff6d6;--warn-line:#b98900}
@media (prefers-color-scheme:dark){:root{--ink:#e9edf2;--soft:#a5b0bc;--line:#39424c;--back:#12161b;--card:#1a2027;--s1:#5aa9f5;--s2:#f29150;--link:#86bff7;--warn:#3a3112;--warn-line:#d7a928}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 16px}
header{padding-top:28px}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 4px}
h2{font-size:1.3rem;margin:44px 0 4px;padding-top:16px;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:0 0 4px}
p{margin:4px 0 12px;max-width:75ch}
.soft,.note{color:var(--soft)}
.note{font-size:.875rem;margin:8px 0 0}
a{color:var(--link)}
nav ul,.legend,.tiles{list-style:none;margin:0;padding:0}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;margin:16px 0}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.tiles b{display:block;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles span{display:block;font-size:.875rem;color:var(--soft)}
.cards{columns:2 420px;column-gap:16px;margin-top:12px}
.card{border:1px solid var(--line);border-radius:8px;padding:14px 16px;margin-bottom:16px;break-inside:avoid}
.wide{column-span:all}
.whole{white-space:nowrap}
.plot{display:block;width:100%;max-width:460px;height:auto;margin:4px auto 0;font:12px system-ui,sans-serif}
.plot .s1{fill:var(--s1)}.plot .s2{fill:var(--s2)}
.plot .track{fill:var(--card)}
.plot text{fill:var(--ink)}.plot .tick,.plot .axis{fill:var(--soft)}
.plot .value{font-size:11px}.plot .number{font-variant-numeric:tabular-nums}
.plot .grid{stroke:var(--line)}.plot .base{stroke:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:.875rem;color:var(--soft)}
.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.key.s1{background:var(--s1)}.key.s2{background:var(--s2)}
details{margin-top:8px}
summary{cursor:pointer;font-size:.875rem;color:var(--link)}
.scroll{overflow-x:auto;margin-top:6px}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--s1);outline-offset:2px}
table{border-collapse:collapse;font-size:.875rem;min-width:100%}
th,td{text-align:left;vertical-align:top;padding:5px 14px 5px 0;border-bottom:1px solid var(--line)}
th{font-weight:600}
thead th{color:var(--soft);vertical-align:bottom}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.t{min-width:9em;overflow-wrap:anywhere}
.advice{background:var(--warn);border-left:4px solid var(--warn-line);padding:8px 14px;margin:8px 0 12px;max-width:78ch}
.advice b{display:block}
footer{padding-bottom:40px}
footer ul{padding-left:20px;max-width:75ch}
@media (max-width:480px){body{font-size:15px}.tiles{grid-template-columns:1fr 1fr}.tiles b{font-size:1.25rem}.card{padding:12px}}
@page{size:A4;margin:14mm}
@media print{
:root{--ink:#000;--soft:#444;--line:#bbb;--back:#fff;--card:#f2f2f2;--s1:#0b66c3;--s2:#c2500b;--warn:#fff;--link:#000}
body{font-size:10pt}main,header,footer{max-width:none;padding:0}
nav,summary{display:none}
details::details-content{content-visibility:visible;block-size:auto}
.cards{columns:2}.card.long{break-inside:auto}
h2,h3{break-after:avoid}.scroll{overflow:visible}table{font-size:8pt}
th,td{padding:2px 6px 2px 0}
.plot .s1,.plot .s2,.key,.tiles li{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`
