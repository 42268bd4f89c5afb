import { Html } from './html.js';

/** What colours mean, in light and in dark: charts that stand alone in a file have the same. */
export const COLORS = `:root{color-scheme:light dark;--ink:#1a2230;--soft:#566172;--line:#dde2ea;--card:#fff;--page:#f5f7fa;--model:#2f6fc2;--model-soft:#d5e4f7;--other:#8a95a5;--bad:#b3261e;--bad-soft:#fbeae8;--warn:#8a5a00;--warn-soft:#fdf2dc;--good:#1d6f42;--good-soft:#e3f4ea;--loss:#a34a1e}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a0acbb;--line:#303947;--card:#1a212b;--page:#11161d;--model:#79aef0;--model-soft:#24405f;--other:#7d8898;--bad:#ff8f85;--bad-soft:#3d1f1e;--warn:#f0bd66;--warn-soft:#3a2d14;--good:#7fd6a2;--good-soft:#173526;--loss:#f0a077}}`;

/** Printed on white paper, whatever the screen is like. */
const PRINT = `@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--card:#fff;--page:#fff;--model:#2f6fc2;--model-soft:#d5e4f7;--other:#777;--bad:#b3261e;--bad-soft:#fff;--warn:#6b4600;--warn-soft:#fff;--good:#1d6f42;--good-soft:#fff;--loss:#a34a1e}
body{padding:0;font-size:11px}nav{display:none}main{max-width:none}section.card,.verdict,.tile,figure,tr{break-inside:avoid}section.long{break-inside:auto}.wide,.chart{overflow:visible}.chart svg{min-width:0!important}
table{font-size:9.5px}.n small,td small{font-size:8.5px}th,td{padding:3px 8px 3px 0}td.n,thead th{white-space:normal}
.many thead{display:none}.many,.many tbody,.many tr{display:block}.many tr{border-bottom:1px solid var(--line);padding:2px 0}.many th,.many td{display:inline-block;border:0;padding:0 12px 2px 0;text-align:left}.many tbody th{font-weight:700}.many td::before{content:attr(data-title) ' ';color:var(--soft)}.many td br{display:none}.many td small::before{content:' ('}.many td small::after{content:')'}
details::details-content{content-visibility:visible;display:block}summary{list-style:none}}`;

export const STYLE = new Html(`<style>
${COLORS}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:12px}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;padding:28px 24px 60px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1080px;margin:auto}
h1{font-size:23px;line-height:1.25;margin:0 0 2px;overflow-wrap:anywhere}h2{font-size:18px;margin:0 0 4px}h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0}p,li{overflow-wrap:anywhere}a{color:var(--model)}code{font:13px ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}
.soft{color:var(--soft)}.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}.small{font-size:13px}
.verdict{border:1px solid var(--line);border-left:6px solid var(--tone);background:var(--tone-soft);border-radius:10px;padding:16px 20px;margin:18px 0}
.verdict.ship{--tone:var(--good);--tone-soft:var(--good-soft)}.verdict.hold{--tone:var(--bad);--tone-soft:var(--bad-soft)}.verdict.unsure{--tone:var(--warn);--tone-soft:var(--warn-soft)}
.verdict .word{color:var(--tone);font-size:13px;font-weight:700;letter-spacing:.06em;text-transform:uppercase;margin:0}
.verdict .sentence{font-size:20px;line-height:1.35;font-weight:600;margin:2px 0}.verdict ul{margin:8px 0 0;padding-left:20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 16px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px}
.tile dt{color:var(--soft);font-size:13px}.tile dd{margin:0;font-size:21px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}.tile dd small{display:block;font-size:12.5px;font-weight:400;color:var(--soft)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 14px;list-style:none;margin:0 0 18px;padding:0;font-size:13.5px}
section.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:0 0 16px}
.wide{overflow-x:auto;margin:10px 0 0}
table{border-collapse:collapse;font-size:13.5px;min-width:50%}table.full{width:100%}
th,td{text-align:left;padding:4px 14px 4px 0;vertical-align:top;border-bottom:1px solid var(--line)}thead th{color:var(--soft);font-weight:600;white-space:nowrap}tbody th{font-weight:500}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.n small,td small{color:var(--soft);font-size:12px}td .n small{display:block}
.best{font-weight:700}.break{overflow-wrap:break-word}.break small{overflow-wrap:anywhere}code[title]{white-space:nowrap}
figure{margin:12px 0 0}figcaption{font-size:13px;color:var(--soft);margin-bottom:2px}svg{max-width:100%;height:auto}.chart{overflow-x:auto}@media(max-width:720px){.chart svg{min-width:700px}}
.side{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:4px 28px}
@media screen{.words{min-width:15em}}.tag{display:inline-block;border:1px solid currentColor;border-radius:10px;padding:0 8px;font-size:12px;font-weight:600}
.people{display:grid;grid-template-columns:repeat(auto-fit,minmax(440px,1fr));gap:14px;margin-top:10px}@media(max-width:560px){.people,.side{grid-template-columns:1fr}body{padding:16px 10px}}
.person{border:1px solid var(--line);border-radius:8px;padding:10px 14px}.person h3{margin:0;overflow-wrap:anywhere}.lists{display:grid;grid-template-columns:1fr 1fr;gap:14px;font-size:13px}.lists h4{margin:6px 0 2px;font-size:12.5px;color:var(--soft);font-weight:600}.lists ol{margin:0;padding-left:22px}.lists li{overflow-wrap:anywhere;margin:0}.lists li.hit{font-weight:700;color:var(--good)}
details{margin-top:10px}summary{cursor:pointer;color:var(--model);font-size:14px}
dl.pairs{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:8px 0 0;font-size:13.5px}dl.pairs dt{color:var(--soft)}dl.pairs dd{margin:0;overflow-wrap:anywhere}@media(max-width:560px){dl.pairs{grid-template-columns:1fr}}
pre{overflow-x:auto;font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,monospace}
footer{color:var(--soft);font-size:13px;margin-top:20px}
${PRINT}
</style>`);
