/** A specification that trains on a table as it is, and why each of its parts is there. */
import { ownValue } from '@trainyard/shared/common';
import type { ColumnCleaning } from '@trainyard/shared';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { Multi } from '@trainyard/shared/spec/shape/multi';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';
import { saysRole } from './columnNames.js';
import type { Roles } from './roles.js';

interface Attribute {
  column: string;
  dim: number;
  /** Of several values a row. */
  multi?: Multi | undefined;
}

export interface Proposal {
  roles: Roles;
  /** Settings of `dataset.columns` with the reason of each. */
  cleanings: { column: string; cleaning: Partial<ColumnCleaning>; why: string }[];
  /** Columns whose empty values leave a row out, with how many there are. */
  required: { column: string; nulls: number }[];
  /** A column whose negative values take a purchase back. */
  returned: { column: string; rows: number } | null;
  attributes: { user: Attribute[]; item: Attribute[] };
  /** The width of a tower: its own embedding and those of its attributes together. */
  width: number;
  /** Rows count half as much when they are so many days older; null where there is no time, or too little of it. */
  halfLifeDays: number | null;
  negatives: 'catalogue' | 'sampled';
  /** Columns that are not used, and why. */
  unused: { column: string; why: string }[];
}

/** An attribute has hardly more than one value for each user or item. */
const DECIDED = 1.1;
const ATTRIBUTE_VALUES = { least: 2, most: 2000 } as const;
const MOST_ATTRIBUTES = 4;
/** How many values lists have between them is not counted: genres are few, tags some hundreds. */
const LIST_DIM = 8;
/** With more items than these the softmax is over drawn ones. */
const CATALOGUE_ITEMS = 100_000;
/** Tastes change within months: of a shorter time all rows count the same. */
const AGEING_DAYS = 60;
const HALF_LIFE_DAYS = 90;
const DAY_SECONDS = 86_400;

export function propose(inspection: Inspection, roles: Roles): Proposal {
  const columns = inspection.profile.columns;
  const profileOf = (name: string) => columns.find((column) => column.name === name);
  const ids = [roles.user, roles.item].flatMap((name) => profileOf(name) ?? []);
  const attributes = {
    user: attributesOf('user', inspection, roles),
    item: attributesOf('item', inspection, roles),
  };
  const items = profileOf(roles.item)?.distinct ?? 0;
  const span = roles.time === null ? undefined : inspection.times[roles.time];
  const days = span ? (span.to - span.from) / DAY_SECONDS : 0;
  const returned = columns.find(
    ({ name, measured }) =>
      saysRole(name, 'quantity') > 0 && (measured?.negatives ?? 0) > 0 && measured?.of === 'value',
  );
  const draft = {
    roles,
    attributes,
    width: widthFor(Math.max(...ids.map(({ distinct }) => distinct), 0)),
    required: ids.filter(({ nulls }) => nulls > 0).map(({ name, nulls }) => ({ column: name, nulls })),
    returned: returned ? { column: returned.name, rows: returned.measured?.negatives ?? 0 } : null,
    halfLifeDays: days > AGEING_DAYS ? HALF_LIFE_DAYS : null,
    negatives: items > CATALOGUE_ITEMS ? ('sampled' as const) : ('catalogue' as const),
  };
  return { ...draft, cleanings: cleaningsOf(inspection, draft), unused: unusedColumns(inspection, draft) };
}

/** Wide enough for what so many users or items differ in: twice as wide for ten times as many. */
function widthFor(values: number): number {
  if (values <= 500) return 32;
  if (values <= 2000) return 64;
  return 128;
}

/** Columns with few values of which each user, or each item, has one. */
function attributesOf(side: 'user' | 'item', inspection: Inspection, roles: Roles): Attribute[] {
  const of = roles[side];
  const decided = new Set(
    inspection.valuesPerValue
      .filter((pair) => pair.of === of && pair.values > 0 && pair.values <= DECIDED)
      .map(({ column }) => column),
  );
  const taken = new Set<string | null>(Object.values(roles));
  const multiOf = (name: string) => ownValue(inspection.lists, name);
  return inspection.profile.columns
    .filter(
      ({ name, kind, distinct, nullShare }) =>
        decided.has(name) &&
        !taken.has(name) &&
        nullShare < 0.5 &&
        distinct >= ATTRIBUTE_VALUES.least &&
        // Lists differ for nearly each item, and their values do not.
        (multiOf(name) !== undefined ||
          (kind === 'category' &&
            distinct <= ATTRIBUTE_VALUES.most &&
            // What has a value for nearly each item says no more than its id.
            distinct < (inspection.profile.columns.find((column) => column.name === of)?.distinct ?? 0) / 2)),
    )
    .slice(0, MOST_ATTRIBUTES)
    .map(({ name, distinct }) => ({
      column: name,
      dim: multiOf(name) ? LIST_DIM : distinct <= 20 ? 4 : distinct <= 200 ? 8 : 16,
      multi: multiOf(name),
    }));
}

type Draft = Omit<Proposal, 'cleanings' | 'unused'>;

function cleaningsOf(inspection: Inspection, { roles, attributes, returned }: Draft): Proposal['cleanings'] {
  const { readings, untrimmed, profile } = inspection;
  const found: Proposal['cleanings'] = [];
  const readingBy = (name: string, cast: ColumnCleaning['cast']) =>
    (readings[name] ?? []).filter((reading) => reading.cast === cast);
  for (const name of [roles.user, roles.item]) {
    const type = profile.columns.find((column) => column.name === name)?.type ?? '';
    // A text of digits stays a text: an id such as 00123 keeps its zeros.
    if (/^(DOUBLE|FLOAT)$/.test(type) && readingBy(name, 'int64').length > 0)
      found.push({
        column: name,
        cleaning: { cast: 'int64' },
        why: 'whole numbers that are stored with a fraction',
      });
    else if (untrimmed.includes(name))
      found.push({
        column: name,
        cleaning: { trim: true },
        why: 'some have blanks at an end, which would make two of one',
      });
  }
  const attributeNames = [...attributes.user, ...attributes.item].map(({ column }) => column);
  for (const name of attributeNames.filter((column) => untrimmed.includes(column)))
    found.push({ column: name, cleaning: { trim: true }, why: 'some have blanks at an end' });
  const time = roles.time;
  const isTimeColumn = profile.columns.some(({ name, kind }) => name === time && kind === 'time');
  if (time !== null && !isTimeColumn) {
    const [reading, ...others] = readingBy(time, 'timestamp');
    if (reading) {
      const { format } = reading;
      const other = others.flatMap((one) => one.format ?? []);
      found.push({
        column: time,
        cleaning: { cast: 'timestamp', ...(format !== undefined && { format }) },
        why:
          other.length === 0
            ? 'times'
            : `CHECK THIS: the values fit ${other.map((one) => `"${one}"`).join(' and ')} as well`,
      });
    }
  }
  const quantity = returned && profile.columns.find(({ name }) => name === returned.column);
  if (quantity?.type === 'VARCHAR')
    found.push({
      column: quantity.name,
      cleaning: { cast: 'float64' },
      why: 'numbers, which a CSV has as text',
    });
  return found;
}

function unusedColumns(inspection: Inspection, { roles, attributes, returned }: Draft): Proposal['unused'] {
  const used = new Set<string | null>([
    ...Object.values(roles),
    ...[...attributes.user, ...attributes.item].map(({ column }) => column),
    returned?.column ?? null,
  ]);
  const left = inspection.profile.columns.filter(({ name }) => !used.has(name));
  return [
    ...left.map(({ name, kind, distinct }) => ({ column: name, why: whyUnused(name, kind, distinct) })),
    ...Object.entries(inspection.unusable).map(([column, why]) => ({ column, why })),
  ];
}

function whyUnused(name: string, kind: ColumnProfile['kind'], distinct: number): string {
  if (saysRole(name, 'split') > 0)
    return 'says which side a row is on; "strategy: column" of dataset.split takes it where it has rows of validation, too';
  if (saysRole(name, 'rating') > 0 && kind === 'number')
    return 'a rating: "model.type: ranking" with features.target predicts it';
  if (distinct < ATTRIBUTE_VALUES.least) return 'has one value alone';
  switch (kind) {
    case 'number':
      return 'a number: the transform "normalize" or "bucketize" would make a feature of it';
    case 'time':
      return 'a time: the transform "cyclical" would make a feature of it';
    case 'text':
      return 'text: the transform "text" would make a feature of its words';
    case 'id':
    case 'category':
    case 'boolean':
      return 'is not the same for all rows of a user or of an item, or has nearly as many values as there are of these';
  }
}
