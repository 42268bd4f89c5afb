import { columnAsFeature } from '@trainyard/shared/profile/columnAsFeature';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';
import { useEditing } from '../../form/editing.js';
import { valueAt } from '../../form/paths.js';

export const TOWERS = ['query', 'candidate'] as const;
export type Tower = (typeof TOWERS)[number];

/** What the features of a tower are, and puts a column among them, by a press or where it is dropped. */
export function usePutColumn() {
  const { spec, set } = useEditing();
  const featuresOf = (tower: Tower): readonly unknown[] => {
    const list = valueAt(spec, ['features', tower]);
    return Array.isArray(list) ? list : [];
  };
  const put = (tower: Tower, column: ColumnProfile) => {
    const [list, feature] = [featuresOf(tower), columnAsFeature(column)];
    // The id that a specification begins with waits for its column.
    const open = feature.transform === 'lookup' ? list.findIndex((one) => !valueAt(one, ['column'])) : -1;
    if (open >= 0) set(['features', tower, open, 'column'], column.name);
    else set(['features', tower], [...list, feature]);
  };
  return { featuresOf, put };
}
