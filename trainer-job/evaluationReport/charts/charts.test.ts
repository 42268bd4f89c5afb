import { describe, expect, it } from 'vitest';
import { openCharts } from './charts.js';

describe('a chart', () => {
  it('as a file is well-formed whatever the names in it, and has its style where it belongs', async () => {
    const charts = await openCharts();
    const name = 'a<b> "c" & d\u0001';
    const marks = [charts.plot.dot([{ name, value: 1 }], { x: 'value', y: 'name' })];
    const [tag, rest] = charts
      .file({ label: `the worth of ${name}`, options: { marks } })
      .split('<style>', 2);
    expect(tag).toContain(' aria-label="the worth of a&lt;b&gt; &quot;c&quot; &amp; d\uFFFD"');
    expect(tag!.match(/[<>]/g)).toEqual(['<', '>']);
    expect(rest).not.toContain('\u0001');
    expect(rest).toContain('svg{color:var(--ink)');
  });
});
