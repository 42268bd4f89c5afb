/** What sections say of columns that cannot go together, whatever the data. */
import { ownValue } from '../../common.js';
import type { Condition } from '../columns.js';
import type { Dataset } from '../dataset.js';
import { featureColumns, type Feature, type Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import { splitColumns, splitTimeColumn } from '../split.js';
import type { DerivedColumn } from '../shaping.js';
import { brokenAnswerRules } from './answers.js';
import { operandsOf } from './operands.js';

type Path = RuleBroken['path'];
/** What a use of a column takes of it. `ordered`: numbers or times, in whose order rows can be. */
type Needed = 'any' | 'number' | 'time' | 'ordered';
type Kind = 'text' | 'number' | 'time';

interface Use {
  path: Path;
  column: string;
  needed: Needed;
}

/** `relevant` is the condition of `evaluation.relevant`; `findsItems`, whether the model is to find the item of a query. */
export function brokenColumnRules(
  dataset: Dataset,
  features: Features,
  findsItems: boolean,
  relevant?: Condition,
): RuleBroken[] {
  const uses = [...usesOf(features), ...usesOfSplit(dataset), ...usesOfInteractions(dataset)];
  const path = ['evaluation', 'relevant'];
  return [
    ...uses.flatMap((use) => [
      ...broken(use.path, notSelected(dataset, use.column)),
      ...broken(use.path, calledOtherwise(dataset, use.column)),
      ...broken(use.path, ofAnotherKind(dataset, use)),
    ]),
    ...Object.keys(dataset.columns).flatMap((column) =>
      broken(['dataset', 'columns', column], calledOtherwise(dataset, column)),
    ),
    ...leaks(features),
    ...brokenAnswerRules(dataset, features, findsItems),
    ...unusedOutliers(dataset, uses),
    ...dataset.where.flatMap((condition, i) => brokenCondition(dataset, condition, ['dataset', 'where', i])),
    ...(relevant
      ? [...broken(path, notSelected(dataset, relevant.column)), ...brokenCondition(dataset, relevant, path)]
      : []),
    ...(dataset.sample?.by === undefined
      ? []
      : broken(['dataset', 'sample', 'by'], calledOtherwise(dataset, dataset.sample.by))),
    ...brokenShaping(dataset),
  ];
}

const NEEDED: Readonly<Partial<Record<Feature['transform'], Needed>>> = {
  normalize: 'number',
  bucketize: 'number',
  cyclical: 'time',
};

function usesOf({ query, candidate, target, sampleWeight }: Features): Use[] {
  const ofTower = (tower: 'query' | 'candidate', features: readonly Feature[]) =>
    features.flatMap((feature, i) =>
      featureColumns(feature).map((column): Use => {
        const path = ['features', tower, i, 'column' in feature ? 'column' : 'columns'];
        return { path, column, needed: NEEDED[feature.transform] ?? 'any' };
      }),
    );
  return [
    ...ofTower('query', query),
    ...ofTower('candidate', candidate),
    ...(target
      ? [{ path: ['features', 'target', 'column'], column: target.column, needed: 'number' as const }]
      : []),
    ...(sampleWeight
      ? [
          {
            path: ['features', 'sampleWeight', 'column'],
            column: sampleWeight.column,
            needed: sampleWeight.halfLifeDays === undefined ? ('number' as const) : ('time' as const),
          },
        ]
      : []),
  ];
}

function usesOfInteractions({ interactions }: Dataset): Use[] {
  if (!interactions) return [];
  return (['user', 'item'] as const).map((key) => ({
    path: ['dataset', 'interactions', key],
    column: interactions[key],
    needed: 'any',
  }));
}

function usesOfSplit({ split }: Dataset): Use[] {
  const time = splitTimeColumn(split);
  return splitColumns(split).map(({ key, column }) => ({
    path: ['dataset', 'split', key],
    column,
    needed: key === 'column' && column === time ? 'ordered' : 'any',
  }));
}

function notSelected({ select }: Dataset, column: string): string | undefined {
  if (select === undefined || select.includes(column)) return undefined;
  return `column "${column}" is not among those that dataset.select brings: add it there`;
}

/** `rename` is by the new names, which all other sections say. */
function calledOtherwise({ rename, joins, derive }: Dataset, column: string): string | undefined {
  const found = Object.entries(rename).find(([, old]) => old === column);
  if (!found || column in rename) return undefined;
  const isMadeAnew =
    derive.some(({ name }) => name === column) || joins.some(({ columns }) => column in columns);
  return isMadeAnew ? undefined : `column "${column}" is called "${found[0]}" since dataset.rename: say that`;
}

function ofAnotherKind(dataset: Dataset, { column, needed }: Use): string | undefined {
  const made = kindOf(dataset, column);
  if (!made || needed === 'any') return undefined;
  const { kind, by } = made;
  const fits: Record<Exclude<Needed, 'any'>, readonly Kind[]> = {
    number: ['number'],
    // Texts of times are read as such.
    time: ['number', 'time', 'text'],
    ordered: ['number', 'time'],
  };
  if (fits[needed].includes(kind)) return undefined;
  const wanted = needed === 'number' ? 'numbers' : 'times or numbers';
  const cast = needed === 'number' ? '"float64"' : '"timestamp"';
  return `takes ${wanted}, and ${by} makes column "${column}" a ${kind}: cast it to ${cast}, or name another column`;
}

/** What the specification makes of a column; undefined where the data decide. */
function kindOf({ columns, derive }: Dataset, column: string): { kind: Kind; by: string } | undefined {
  const at = derive.findIndex(({ name }) => name === column);
  const derived = derive[at];
  if (derived) {
    const kind = derivedKind(derived);
    return kind && { kind, by: `dataset.derive[${at}]` };
  }
  const cast = ownValue(columns, column)?.cast;
  const kind = cast === undefined ? undefined : CAST_KINDS[cast];
  return kind && { kind, by: `dataset.columns["${column}"].cast` };
}

const CAST_KINDS: Readonly<Record<string, Kind>> = {
  string: 'text',
  int64: 'number',
  float64: 'number',
  timestamp: 'time',
};

function derivedKind(derived: DerivedColumn): Kind | undefined {
  switch (derived.is) {
    case 'lower':
    case 'upper':
    case 'trim':
    case 'substring':
    case 'concat':
      return 'text';
    case 'coalesce':
    case 'if':
      return undefined;
    default:
      return 'number';
  }
}

/** Only who takes a column as numbers sees what becomes of its outliers. */
function unusedOutliers({ columns }: Dataset, uses: readonly Use[]): RuleBroken[] {
  return Object.entries(columns)
    .filter(([column, { outliers }]) => {
      const isTaken = uses.some((use) => use.column === column && use.needed === 'number');
      return outliers !== undefined && !isTaken;
    })
    .flatMap(([column]) =>
      broken(
        ['dataset', 'columns', column, 'outliers'],
        'is for numbers: no feature "normalize" or "bucketize", no target and no sample weight takes this column',
      ),
    );
}

/** What is predicted is not known when it is asked for. */
function leaks({ query, target }: Features): RuleBroken[] {
  if (!target) return [];
  return query.flatMap((feature, i) =>
    featureColumns(feature).includes(target.column)
      ? broken(
          ['features', 'query', i],
          `is made of "${target.column}", the target: the model would be told what it is to predict`,
        )
      : [],
  );
}

/** A text that is compared with numbers or times is one. */
function brokenCondition(dataset: Dataset, condition: Condition, path: Path): RuleBroken[] {
  const { column } = condition;
  const named = broken(path, calledOtherwise(dataset, column));
  const made = kindOf(dataset, column);
  if (named.length > 0 || !made || made.kind === 'text' || condition.is === 'notNull') return named;
  const texts = ('values' in condition ? condition.values : [condition.value]).filter(
    (value) => typeof value === 'string',
  );
  const isRead = made.kind === 'number' ? isNumberText : isTimeText;
  const unread = texts.find((text) => !isRead(text));
  const example = made.kind === 'number' ? '12.5' : '2024-12-31 or 2024-12-31T23:59:59Z';
  return unread === undefined
    ? []
    : broken(
        path,
        `compares column "${column}" with "${unread}", and ${made.by} makes it a ${made.kind}: write the value as in ${example}`,
      );
}

const isNumberText = (text: string) => text.trim() !== '' && Number.isFinite(Number(text));
const isTimeText = (text: string) => /^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text));

function brokenShaping({ rename, derive, joins }: Dataset): RuleBroken[] {
  const olds = Object.entries(rename);
  const twice = olds.flatMap(([name, old], i) => {
    const first = olds.slice(0, i).find(([, other]) => other === old);
    return first
      ? broken(
          ['dataset', 'rename', name],
          `column "${old}" is called "${first[0]}" already: derive a second one by {"name": "${name}", "is": "coalesce", "of": [{"column": "${first[0]}"}]}`,
        )
      : [];
  });
  const joined = joins.flatMap(({ columns }, i) =>
    Object.keys(columns).map((name) => ({ name, path: ['dataset', 'joins', i, 'columns', name] })),
  );
  const derived = derive.map(({ name }, i) => ({ name, path: ['dataset', 'derive', i, 'name'] }));
  const made = [
    ...Object.keys(rename).map((name) => ({ name, path: ['dataset', 'rename', name] })),
    ...joined,
    ...derived,
  ];
  const seen = new Map<string, string>();
  const repeated = made.flatMap(({ name, path }) => {
    const before = seen.get(name.toLowerCase());
    if (before === undefined) seen.set(name.toLowerCase(), name);
    return before === undefined
      ? []
      : broken(
          path,
          `makes a column "${name}", and "${before}" is made already: give each a name of its own; upper and lower case do not count`,
        );
  });
  return [...twice, ...repeated, ...derive.flatMap((one, i) => tooEarly(one, i, derive))];
}

/** A derived column is made of those before it. */
function tooEarly(derived: DerivedColumn, i: number, derive: readonly DerivedColumn[]): RuleBroken[] {
  const later = new Set(derive.slice(i).map(({ name }) => name));
  return operandsOf(derived)
    .filter((column) => later.has(column))
    .flatMap((column) =>
      broken(
        ['dataset', 'derive', i],
        column === derived.name
          ? `makes "${column}" of itself: give the new column another name`
          : `is made of "${column}", which is derived after it: put that first`,
      ),
    );
}

function broken(path: Path, message: string | undefined): RuleBroken[] {
  return message === undefined ? [] : [{ path, message }];
}
