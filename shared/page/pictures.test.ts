import { describe, expect, it } from 'vitest';
import { asFile, barPicture, chartPicture, inPage } from './pictures.js';

/** Every tag is closed, in order. */
function isWellFormed(svg: string): boolean {
  const open: string[] = [];
  for (const [, close, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (self) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return false;
  }
  return open.length === 0;
}

const chart = (dots: readonly (readonly [number, number])[], kind: 'whole' | 'linear' | 'log' = 'linear') =>
  chartPicture({
    title: 't',
    x: { title: 'x', kind },
    y: 'y',
    dots: dots.map(([x, y]) => ({ x, y, name: '<b>' })),
    steps: dots,
  });

describe('a picture', () => {
  it('of bars has one as long as its value, and shows what it was given as text', () => {
    const svg = asFile(
      barPicture('<of "all">', [
        { label: 'a & b', value: 2, text: '2' },
        { label: '\u0007c', value: 1, text: '1' },
      ]),
    );
    expect(isWellFormed(svg)).toBe(true);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('&lt;of &quot;all&quot;&gt;');
    expect(svg).not.toContain('\u0007');
    expect(svg).not.toContain('var(');
    const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths[0]).toBeCloseTo((widths[1] ?? 0) * 2, 0);
  });

  it.each([
    ['nothing', []],
    ['one point', [[1, 0.5]]],
    [
      'equal values and none',
      [
        [1, 0.5],
        [2, Number.NaN],
        [3, 0.5],
      ],
    ],
  ] as const)('of %s has no figure that is none', (_name, points) => {
    for (const kind of ['linear', 'whole', 'log'] as const) {
      const svg = asFile(chart(points, kind));
      expect(isWellFormed(svg)).toBe(true);
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
    const none = asFile(barPicture('none', [{ label: 'a', value: 0, text: '0' }]));
    expect(none).not.toContain('NaN');
  });

  it('of steps goes across and up alone, and on to the end', () => {
    const { marks } = chart(
      [
        [1, 6],
        [2, 6],
        [3, 5],
      ],
      'whole',
    );
    const line = marks.find((mark) => mark.includes('--loss')) ?? '';
    const path = / d="([^"]*)"/.exec(line)?.[1] ?? '';
    expect(path).toMatch(/^M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+H[\d.]+$/);
  });

  it('of whole things has whole numbers along its axis', () => {
    const { marks } = chart(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => [n, 0] as const),
      'whole',
    );
    const along = marks.filter((mark) => mark.includes('text-anchor="middle"')).join('');
    const figures = [...along.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => Number(text));
    expect(figures.length).toBeGreaterThan(2);
    expect(figures.every(Number.isInteger)).toBe(true);
  });

  it('in a page takes the colours of the page, and its names are text', () => {
    const { text } = inPage(chart([[1, 1]]), '<what "it" shows>');
    expect(text).toContain('var(--model)');
    expect(text).toContain('&lt;b&gt;');
    expect(text).toContain('aria-label="&lt;what &quot;it&quot; shows&gt;"');
  });
});
