import { Html } from '@trainyard/shared/page/html';

/** Light and dark, as the reader's system is. */
export const STYLE = new Html(`<style>
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee6;--card:#fff;--page:#f4f6f9;--bar:#3b78c4;--bar-soft:#c5d9f1;--bad:#b3261e;--warn:#8a5a00;--good:#1d6f42}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#323b48;--card:#1b222c;--page:#12171e;--bar:#6ea3e6;--bar-soft:#2c4a6e;--bad:#ff8a80;--warn:#f0b95a;--good:#79d29d}}
*{box-sizing:border-box}
body{margin:0;padding:24px;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:1200px;margin:auto}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 10px}h3{font-size:15px;margin:0;overflow-wrap:anywhere}
.soft{color:var(--soft)}.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}
ul.findings{margin:0;padding:0;list-style:none}
ul.findings li{background:var(--card);border:1px solid var(--line);border-left:4px solid;border-radius:6px;padding:8px 12px;margin-bottom:6px;overflow-wrap:anywhere}
ul.findings span{color:var(--ink)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px}
.kind{float:right;font-size:12px;border:1px solid var(--line);border-radius:10px;padding:0 8px;color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:13px;margin-top:8px}
td{padding:1px 0;vertical-align:top}td:last-child{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:anywhere;padding-left:10px}
svg{display:block;width:100%;height:72px;margin-top:10px}svg rect{fill:var(--bar)}
.axis{display:flex;justify-content:space-between;font-size:12px;color:var(--soft)}
.top td:first-child{overflow-wrap:anywhere;width:62%}.top td:last-child{white-space:nowrap}
.top .bar{display:block;background:linear-gradient(var(--bar-soft),var(--bar-soft)) left/var(--w) 100% no-repeat;border-radius:3px;padding:0 4px}
.share{background:linear-gradient(var(--bar),var(--bar)) left bottom/var(--w) 2px no-repeat}
details{margin-top:8px;font-size:13px}summary{cursor:pointer;color:var(--soft)}
</style>`);
