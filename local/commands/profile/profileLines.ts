/** The profile of data in a terminal. */
import { ownValue, whole } from '@trainyard/shared';
import { figure, percent } from '@trainyard/shared/page/words';
import { factWords, type DataFacts } from '@trainyard/shared/profile/dataFacts';
import { endsOf, instantText } from '@trainyard/shared/profile/measures';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import { shiftOf, type Shift } from '@trainyard/shared/profile/shift';
import type { ColumnDrift, SchemaChange, Validation } from '@trainyard/shared/profile/validation';
import { type Layout, paint, plain, truncate, wrap } from '../../watch/layout.js';
import { type Cell, textTable } from '../comparison/textTable.js';

const MOST_VALUES = 5;
const VALUE_WIDTH = 32;

interface Told {
  of: string;
  profile: Profile;
  facts: DataFacts | null;
  times: Inspection['times'];
}

export function profileLines({ of, profile, facts, times }: Told, layout: Layout): string[] {
  const { rows, columns } = profile;
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
    ...(facts ? wrap(factWords(facts, whole), layout.width, '  ') : []),
    ...table,
    ...(frequent.length === 0 ? [] : ['', paint(layout, 'dim', '  most frequent')]),
    ...frequent.flatMap((column) => wrap(frequentText(column, rows), layout.width, '  ')),
  ];
}

function columnRow(column: ColumnProfile, times: Inspection['times']): Cell[] {
  const { name, type, kind, nullShare, distinct, distinctIsExact } = column;
  const known = ownValue(times, column.name);
  const [least, greatest] = known ? [instantText(known.from), instantText(known.to)] : endsOf(column);
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

function frequentText({ name, top, distinct }: ColumnProfile, rows: number): string {
  const shown = top.slice(0, MOST_VALUES);
  const values = shown.map(
    ({ value, rows: own }) => `${truncate(plain(value), VALUE_WIDTH)} ${percent(own / Math.max(1, rows))}`,
  );
  const left = distinct - shown.length;
  return `${plain(name)}: ${values.join(', ')}${left > 0 ? `, and ${whole(left)} more` : ''}`;
}

/** What became of each expectation: the violated ones first. */
export function checkLines(validation: Validation, layout: Layout): string[] {
  const { findings, warnings, passed } = validation;
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
    ...wrap(`reference: ${plain(validation.reference)}`, layout.width, '  '),
    ...schemaLines(validation.schema_changes, layout),
    ...driftLines(validation.drift, layout),
  ];
}

function schemaLines(changes: readonly SchemaChange[], layout: Layout): string[] {
  return changes.flatMap(({ message }) => wrap(plain(message), layout.width, '    '));
}

const SHIFT_WORDS: Readonly<Record<Shift, string>> = {
  steady: 'steady',
  shifting: 'shifting',
  another: 'another population',
};

/** How far each column is from the reference, the farthest first. */
function driftLines(drift: readonly ColumnDrift[], layout: Layout): string[] {
  if (drift.length === 0) return [];
  const head = ['drift', 'PSI', 'KL', 'KS', 'p-value', ''];
  return [
    '',
    ...textTable(
      [
        head.map((text): Cell => ({ text, style: 'dim' })),
        ...drift
          .toSorted((a, b) => b.psi - a.psi)
          .map(({ column, psi, kl, ks }) =>
            [
              plain(column),
              figure(psi),
              figure(kl),
              ks ? figure(ks.statistic) : '–',
              ks ? figure(ks.pValue) : '–',
              SHIFT_WORDS[shiftOf(psi)],
            ].map((text): Cell => ({ text })),
          ),
      ],
      layout,
    ),
  ];
}
