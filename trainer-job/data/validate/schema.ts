import { basicType } from './profile/columnSql.js';
import type { DatasetSchema } from '@trainyard/shared/profile/datasetSchema';
import { SMALL_DOMAIN, type ColumnProfile, type Profile } from '@trainyard/shared/profile/profile';
import type { SchemaChange } from '@trainyard/shared/profile/validation';

type Column = DatasetSchema['columns'][number];

export function schemaOf(profile: Profile): DatasetSchema {
  return { schemaVersion: 1, columns: profile.columns.map(columnOf) };
}

function columnOf(column: ColumnProfile): Column {
  const { name, type, kind, nulls, measured } = column;
  const hasDomain =
    (kind === 'category' || kind === 'boolean') && column.distinctIsExact && column.distinct <= SMALL_DOMAIN;
  return {
    name,
    type,
    kind,
    nullable: nulls > 0,
    domain: hasDomain ? column.top.map(({ value }) => value).toSorted() : null,
    range: kind === 'number' && measured ? { min: measured.min, max: measured.max } : null,
  };
}

/** How the columns differ from those of an earlier version, in their order, what is gone last. */
export function schemaChanges(before: DatasetSchema, now: DatasetSchema): SchemaChange[] {
  const has = ({ columns }: DatasetSchema, name: string) => columns.some((column) => column.name === name);
  const gone = before.columns.filter(({ name }) => !has(now, name));
  const renamed = new Set<string>();
  const changes = now.columns.flatMap((column): SchemaChange[] => {
    const { name } = column;
    const earlier = before.columns.find((candidate) => candidate.name === name);
    if (earlier) return changesOf(earlier, column);
    const former = gone.find((candidate) => !renamed.has(candidate.name) && looksRenamed(candidate, column));
    if (!former) return [{ change: 'added', column: name, message: `column "${name}" is new` }];
    renamed.add(former.name);
    const message = `column "${former.name}" is gone and "${name}" looks like it: was it renamed?`;
    return [{ change: 'renamed', column: name, message }];
  });
  const removed = gone
    .filter(({ name }) => !renamed.has(name))
    .map(({ name }) => ({ change: 'removed' as const, column: name, message: `column "${name}" is gone` }));
  return [...changes, ...removed];
}

/** The same type, and the same name but for case and punctuation, or the same values. */
function looksRenamed(before: Column, now: Column): boolean {
  if (before.type !== now.type) return false;
  const bare = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  if (bare(before.name) === bare(now.name)) return true;
  const values = ({ domain, range }: Column) => JSON.stringify(domain ?? range);
  return values(before) !== 'null' && values(before) === values(now);
}

function changesOf(before: Column, now: Column): SchemaChange[] {
  const column = now.name;
  if (before.type !== now.type) {
    return [
      { change: 'retyped', column, message: `column "${column}" was ${before.type} and is ${now.type}` },
    ];
  }
  const changes: SchemaChange[] = [];
  if (before.range && basicType(now.type) === 'text' && now.kind !== 'number') {
    changes.push({
      change: 'retyped',
      column,
      message: `column "${column}" held texts that were all numbers, and now not all of them are`,
    });
  }
  if (now.nullable && !before.nullable) {
    changes.push({ change: 'nowNullable', column, message: `column "${column}" has nulls and had none` });
  }
  const known = new Set(before.domain);
  const values = before.domain && now.domain ? now.domain.filter((value) => !known.has(value)) : [];
  if (values.length > 0) {
    const shown = values.slice(0, 5).map((value) => `"${value.slice(0, 60)}"`);
    const more = values.length > 5 ? ` and ${values.length - 5} more` : '';
    changes.push({
      change: 'newValues',
      column,
      message: `column "${column}" has values that it did not have: ${shown.join(', ')}${more}`,
    });
  }
  return changes;
}
