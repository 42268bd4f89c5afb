/** Pictures as SVG files that need nothing else: a title, axes with their figures, and marks. */

const [WIDTH, LEFT, RIGHT, TOP] = [720, 250, 70, 48];
const INK = '#1f2933';
const SOFT = '#7b8794';
const MARK = '#2f6fb3';

/** A bar for each entry, the first on top; its value stands behind it. */
export interface Bar {
  label: string;
  value: number;
  /** The value as a person reads it. */
  text: string;
}

/** Values are 0 or more. */
export function barPicture(title: string, bars: readonly Bar[]): string {
  const [row, most] = [26, Math.max(...bars.map(({ value }) => value), 0)];
  const room = WIDTH - LEFT - RIGHT;
  const marks = bars.map(({ label, value, text }, i) => {
    const y = TOP + i * row;
    const width = most === 0 ? 0 : (value / most) * room;
    return [
      `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end" fill="${INK}">${escaped(shortened(label))}</text>`,
      `<rect x="${LEFT}" y="${y + 3}" width="${figure(width)}" height="16" fill="${MARK}"/>`,
      `<text x="${figure(LEFT + width + 6)}" y="${y + 15}" fill="${SOFT}">${escaped(text)}</text>`,
    ].join('');
  });
  return page(title, TOP + bars.length * row + 16, marks);
}

/** `dots` are single points, `line` goes through its own. */
export interface Chart {
  title: string;
  x: string;
  y: string;
  dots: readonly [x: number, y: number][];
  line: readonly [x: number, y: number][];
}

/** Points that are no numbers are left out; nothing but axes where there are none. */
export function chartPicture({ title, x, y, dots, line }: Chart): string {
  const all = [...dots, ...line].filter(isPoint);
  const [left, height] = [80, 360];
  const [right, bottom] = [WIDTH - 30, height - 52];
  const across = scale(
    all.map(([at]) => at),
    left,
    right,
  );
  const up = scale(
    all.map(([, value]) => value),
    bottom,
    TOP,
  );
  const path = line.filter(isPoint).map(([at, value]) => `${figure(across.at(at))},${figure(up.at(value))}`);
  const marks = [
    `<path d="M${left} ${TOP}V${bottom}H${right}" fill="none" stroke="${SOFT}"/>`,
    ...across.ticks.map(
      (tick) =>
        `<text x="${figure(across.at(tick))}" y="${bottom + 18}" text-anchor="middle" fill="${SOFT}">${shown(tick)}</text>`,
    ),
    ...up.ticks.map(
      (tick) =>
        `<text x="${left - 8}" y="${figure(up.at(tick) + 4)}" text-anchor="end" fill="${SOFT}">${shown(tick)}</text>`,
    ),
    `<text x="${right}" y="${bottom + 38}" text-anchor="end" fill="${INK}">${escaped(x)}</text>`,
    `<text x="${left - 60}" y="${TOP - 8}" fill="${INK}">${escaped(y)}</text>`,
    ...dots
      .filter(isPoint)
      .map(
        ([at, value]) =>
          `<circle cx="${figure(across.at(at))}" cy="${figure(up.at(value))}" r="4" fill="${MARK}" fill-opacity="0.55"/>`,
      ),
    ...(path.length > 1
      ? [`<polyline points="${path.join(' ')}" fill="none" stroke="${INK}" stroke-width="2"/>`]
      : []),
  ];
  return page(title, height, marks);
}

function isPoint([x, y]: readonly [number, number]): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

/** From the least to the greatest of the values, with both and their middle as ticks. */
function scale(values: readonly number[], from: number, to: number) {
  const [least, most] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const [low, high] = least === most ? [least - 1, most + 1] : [least, most];
  return {
    at: (value: number) => from + ((value - low) / (high - low)) * (to - from),
    ticks: least === most ? [least] : [least, (least + most) / 2, most],
  };
}

function page(title: string, height: number, marks: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="16" fill="${INK}">${escaped(title)}</text>`,
    ...marks,
    '</svg>',
    '',
  ].join('\n');
}

const figure = (value: number) => String(Math.round(value * 10) / 10);
const shown = (value: number) => String(Number(value.toPrecision(3)));
const shortened = (label: string) => (label.length > 36 ? `…${label.slice(-35)}` : label);

// oxlint-disable-next-line no-control-regex -- XML has no way to write them
const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g;
const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(NOT_IN_XML, ' ').replaceAll(/[&<>"]/g, (sign) => NAMES[sign] ?? sign);
}
