/** The profile of data in a terminal. */
import { ownValue, whole } from '@trainyard/shared';
import { figure, percent } from '@trainyard/shared/page/words';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import { PER_SECOND } from '@trainyard/shared/timeUnit';
import { type Layout, paint, plain, truncate, wrap } from '../../watch/layout.js';
import { type Cell, textTable } from '../comparison/textTable.js';
import type { Validation } from './validation.js';

const MOST_VALUES = 5;
const VALUE_WIDTH = 32;

export function profileLines(
  of: string,
  { rows, columns }: Profile,
  times: Inspection['times'],
  layout: Layout,
): string[] {
  const head = ['column', 'type', 'kind', 'empty', 'distinct', 'least', 'greatest'];
  const table = textTable(
    [
      head.map((text): Cell => ({ text, style: 'dim' })),
      ...columns.map((column) => columnRow(column, times)),
    ],
    layout,
  );
  const frequent = columns.filter(({ kind }) => kind === 'category' || kind === 'boolean');
  return [
    paint(layout, 'bold', `${plain(of)}: ${whole(rows)} rows, ${whole(columns.length)} columns`),
    ...table,
    ...(frequent.length === 0 ? [] : ['', paint(layout, 'dim', '  most frequent')]),
    ...frequent.flatMap((column) => wrap(frequentText(column, rows), layout.width, '  ')),
  ];
}

function columnRow(column: ColumnProfile, times: Inspection['times']): Cell[] {
  const { name, type, kind, nullShare, distinct, distinctIsExact } = column;
  const [least, greatest] = endsOf(column, ownValue(times, column.name));
  return [
    { text: plain(name) },
    { text: type },
    { text: kind },
    { text: nullShare === 0 ? '–' : percent(nullShare) },
    { text: `${distinctIsExact ? '' : '~'}${whole(distinct)}` },
    { text: truncate(plain(least), VALUE_WIDTH) },
    { text: truncate(plain(greatest), VALUE_WIDTH) },
  ];
}

/** Dates of times, numbers of numbers, and of all else the first and the last in order. */
function endsOf(
  { kind, measured, timeUnit, min, max }: ColumnProfile,
  times: Inspection['times'][string] | undefined,
): [string, string] {
  if (times) return [instant(times.from), instant(times.to)];
  if (measured?.of === 'epochSeconds') return [instant(measured.min), instant(measured.max)];
  if (measured?.of === 'value' && timeUnit !== undefined) {
    const per = PER_SECOND[timeUnit];
    return [instant(measured.min / per), instant(measured.max / per)];
  }
  if (measured?.of === 'value' && kind === 'number') return [number(measured.min), number(measured.max)];
  return [min ?? '–', max ?? '–'];
}

/** Whole numbers stand as they are. */
function number(value: number): string {
  return Number.isInteger(value) ? String(value) : figure(value);
}

function instant(seconds: number): string {
  const date = new Date(seconds * 1000);
  // Beyond what a date can be, as a column of other numbers may be.
  return Number.isNaN(date.getTime()) ? figure(seconds) : date.toISOString().slice(0, 16).replace('T', ' ');
}

function frequentText({ name, top, distinct }: ColumnProfile, rows: number): string {
  const shown = top.slice(0, MOST_VALUES);
  const values = shown.map(
    ({ value, rows: own }) => `${truncate(plain(value), VALUE_WIDTH)} ${percent(own / Math.max(1, rows))}`,
  );
  const left = distinct - shown.length;
  return `${plain(name)}: ${values.join(', ')}${left > 0 ? `, and ${whole(left)} more` : ''}`;
}

/** What became of each expectation: the violated ones first. */
export function checkLines({ findings, warnings, reference, passed }: Validation, layout: Layout): string[] {
  const order = { violated: 0, notChecked: 1, met: 2 } as const;
  const met = findings.filter(({ outcome }) => outcome === 'met').length;
  const told = findings.toSorted((a, b) => order[a.outcome] - order[b.outcome]);
  return [
    '',
    paint(
      layout,
      passed ? 'green' : 'red',
      `  ${findings.length === 0 ? 'no expectation' : `expectations: ${met} of ${findings.length} met`}`,
    ),
    ...told.flatMap(({ outcome, severity, message }) =>
      wrap(`${outcome === 'violated' ? `${severity}: ` : ''}${plain(message)}`, layout.width, '    '),
    ),
    ...warnings.flatMap((warning) => wrap(plain(warning), layout.width, '    ')),
    ...wrap(`reference: ${plain(reference)}`, layout.width, '  '),
  ];
}
