/** Pictures that need nothing else: within a page, whose colours they take, or as SVG files. */
import { html, Html, withoutControls } from './html.js';
import { linearTicks, logTicks } from './ticks.js';

/** What is drawn; colours are those of the page by their names. */
export interface Picture {
  title: string;
  width: number;
  height: number;
  marks: readonly string[];
}

/** As those of the page in light: a file that is opened elsewhere knows no names. */
const COLORS_OF_FILES: Readonly<Record<string, string>> = {
  ink: '#1a2230',
  soft: '#566172',
  line: '#dde2ea',
  model: '#2f6fc2',
  other: '#8a95a5',
  loss: '#a34a1e',
};

/** A picture that is wider would have letters too small to read where a phone shrinks it: it scrolls there. */
const READABLE_ON_PHONES = 560;
const TITLE_HEIGHT = 34;

/** Within a page, which says above it what it shows; `label` is for those who do not see it. */
export function inPage({ width, height, marks }: Picture, label: string): Html {
  const svg = html`<svg
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    font-size="12"
    role="img"
    aria-label="${label}"
  >
    ${new Html(marks.join(''))}
  </svg>`;
  if (width <= READABLE_ON_PHONES) return svg;
  return html`<div
    class="chart"
    role="group"
    aria-label="a chart, which scrolls on narrow screens"
    tabindex="0"
  >
    ${svg}
  </div>`;
}

export function asFile({ title, width, height, marks }: Picture): string {
  const whole = height + TITLE_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${whole}" viewBox="0 0 ${width} ${whole}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${whole}" fill="#ffffff"/>`,
    `<text x="16" y="24" font-size="16" fill="${COLORS_OF_FILES['ink']}">${escaped(title)}</text>`,
    `<g transform="translate(0 ${TITLE_HEIGHT})">`,
    ...marks.map((mark) =>
      mark.replaceAll(/"var\(--([a-z]+)\)"/g, (_, name: string) => `"${COLORS_OF_FILES[name] ?? '#000000'}"`),
    ),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** A bar for each entry, the first on top; its value stands behind it. */
export interface Bar {
  label: string;
  value: number;
  /** The value as a person reads it. */
  text: string;
}

const BARS = { width: 720, right: 70, row: 26 };
const LETTER = 7;
const MOST_LETTERS = 46;

/** Values are 0 or more. */
export function barPicture(title: string, bars: readonly Bar[]): Picture {
  const { width, right, row } = BARS;
  const names = bars.map(({ label }) => shortened(label));
  const left = 24 + LETTER * Math.max(8, ...names.map((name) => name.length));
  const [most, room] = [Math.max(...bars.map(({ value }) => value), 0), width - left - right];
  const marks = bars.map(({ value, text }, i) => {
    const [y, length] = [i * row, most === 0 ? 0 : (value / most) * room];
    return [
      `<text x="${left - 8}" y="${y + 15}" text-anchor="end" fill="var(--ink)">${escaped(names[i] ?? '')}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${figure(length)}" height="16" fill="var(--model)"/>`,
      `<text x="${figure(left + length + 6)}" y="${y + 15}" fill="var(--soft)">${escaped(text)}</text>`,
    ].join('');
  });
  return { title, width, height: bars.length * row + 8, marks };
}

/** What stands along an axis: numbers, those of a wide range by magnitude, whole ones alone, or choices, of which 0 is the first. */
export type Axis = { title: string } & (
  | { kind: 'linear' | 'log' | 'whole'; ends?: readonly [number, number] }
  | { kind: 'choices'; names: readonly string[] }
);

export interface Dot {
  x: number;
  y: number;
  /** What it is, for whoever points at it. */
  name: string;
  /** Less than the others: it is drawn as a ring. */
  isAside?: boolean;
  /** The one that is looked for. */
  isBest?: boolean;
}

export interface Chart {
  title: string;
  x: Axis;
  y: string;
  dots: readonly Dot[];
  /** A value that holds from its place until the next one, and on to the end. */
  steps?: readonly (readonly [x: number, y: number])[];
  /** 720 unless given. */
  width?: number;
  height?: number;
}

interface Scale {
  at(this: void, value: number): number;
  ticks: readonly { at: number; text: string }[];
}

/** Dots that are no numbers are left out; nothing but axes where there are none. */
export function chartPicture({ title, x, y, dots, steps = [], width = 720, height = 300 }: Chart): Picture {
  const shown = dots.filter((dot) => Number.isFinite(dot.x) && Number.isFinite(dot.y));
  const held = steps.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value));
  const [left, right, top, bottom] = [70, width - 24, 26, height - 46];
  const all = [...shown.map((dot): [number, number] => [dot.x, dot.y]), ...held];
  const across = scaleOf(
    x,
    all.map(([at]) => at),
    [left + 10, right - 10],
  );
  const up = scaleOf(
    { title: y, kind: 'linear' },
    all.map(([, value]) => value),
    [bottom - 8, top + 8],
  );
  const marks = [
    ...up.ticks.map(
      ({ at, text }) =>
        `<path d="M${left} ${figure(at)}H${right}" stroke="var(--line)"/><text x="${left - 8}" y="${figure(at + 4)}" text-anchor="end" fill="var(--soft)">${escaped(text)}</text>`,
    ),
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="var(--soft)"/>`,
    ...across.ticks.map(
      ({ at, text }) =>
        `<path d="M${figure(at)} ${bottom}v4" stroke="var(--soft)"/><text x="${figure(at)}" y="${bottom + 18}" text-anchor="middle" fill="var(--soft)">${escaped(text)}</text>`,
    ),
    `<text x="${right}" y="${bottom + 38}" text-anchor="end" fill="var(--ink)">${escaped(x.title)}</text>`,
    `<text x="10" y="14" fill="var(--ink)">${escaped(y)}</text>`,
    stepsMark(held, { across, up, end: right - 10 }),
    ...shown.map((dot) => dotMark(dot, across.at(dot.x), up.at(dot.y))),
  ];
  return { title, width, height, marks };
}

function stepsMark(
  steps: readonly (readonly [number, number])[],
  { across, up, end }: { across: Scale; up: Scale; end: number },
): string {
  const [first, ...others] = steps;
  if (!first) return '';
  const path = others.map(([at, value]) => `H${figure(across.at(at))}V${figure(up.at(value))}`).join('');
  const start = `M${figure(across.at(first[0]))} ${figure(up.at(first[1]))}`;
  return `<path d="${start}${path}H${figure(end)}" fill="none" stroke="var(--loss)" stroke-width="2"/>`;
}

function dotMark({ name, isAside, isBest }: Dot, x: number, y: number): string {
  const paint = isAside
    ? 'fill="none" stroke="var(--other)" stroke-width="1.5"'
    : isBest
      ? 'fill="var(--loss)"'
      : 'fill="var(--model)" fill-opacity="0.7"';
  return `<circle cx="${figure(x)}" cy="${figure(y)}" r="${isBest ? 6 : 4}" ${paint}><title>${escaped(name)}</title></circle>`;
}

function scaleOf(axis: Axis, values: readonly number[], [from, to]: readonly [number, number]): Scale {
  if (axis.kind === 'choices') return choicesScale(axis.names, from, to);
  const { kind, ends } = axis;
  const all = [...values, ...(ends ?? [])];
  const [least, most] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const isLog = kind === 'log' && least > 0;
  const [low, high] = least === most ? aroundOne(least, isLog) : [least, most];
  const place = isLog ? Math.log : (value: number) => value;
  const at = (value: number) =>
    from + ((place(value) - place(low)) / (place(high) - place(low))) * (to - from);
  const ticks =
    least === most ? [least] : isLog ? logTicks(low, high) : linearTicks(low, high, kind === 'whole');
  return { at, ticks: ticks.map((tick) => ({ at: at(tick), text: shownFigure(tick) })) };
}

/** So that a single value stands in the middle. */
function aroundOne(value: number, isLog: boolean): [number, number] {
  return isLog ? [value / 2, value * 2] : [value - 1, value + 1];
}

function choicesScale(names: readonly string[], from: number, to: number): Scale {
  const room = (to - from) / Math.max(1, names.length);
  const at = (index: number) => from + room * (index + 0.5);
  const most = Math.max(3, Math.floor(room / LETTER));
  return { at, ticks: names.map((name, i) => ({ at: at(i), text: shortened(name, most) })) };
}

const figure = (value: number) => String(Math.round(value * 10) / 10);

/** 1e-5 rather than 0.00001. */
function shownFigure(value: number): string {
  const short = Number(value.toPrecision(4));
  const isLong = short !== 0 && (Math.abs(short) < 0.001 || Math.abs(short) >= 1e6);
  return (isLong ? short.toExponential() : String(short)).replace('e+', 'e').replace(/^-/, '−');
}

function shortened(label: string, most = MOST_LETTERS): string {
  return label.length > most ? `…${label.slice(1 - most)}` : label;
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return withoutControls(text).replaceAll(/[&<>"]/g, (sign) => NAMES[sign] ?? sign);
}
