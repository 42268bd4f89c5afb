import { describe, expect, it } from 'vitest';
import { barPicture, chartPicture } from './svg.js';

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

describe('a picture', () => {
  it('of bars has one as long as its value, and shows what it was given as text', () => {
    const svg = barPicture('<of "all">', [
      { label: 'a & b', value: 2, text: '2' },
      { label: '\u0007c', value: 1, text: '1' },
    ]);
    expect(isWellFormed(svg)).toBe(true);
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('&lt;of &quot;all&quot;&gt;');
    expect(svg).not.toContain('\u0007');
    const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths[0]).toBe((widths[1] ?? 0) * 2);
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
    const line = points.map(([x, y]): [number, number] => [x, y]);
    const svg = chartPicture({ title: 't', x: 'x', y: 'y', dots: line, line });
    expect(isWellFormed(svg)).toBe(true);
    expect(svg).not.toMatch(/NaN|Infinity/);
    const none = barPicture('none', [{ label: 'a', value: 0, text: '0' }]);
    expect(none).not.toContain('NaN');
  });
});
