/** What becomes of a column of a profile in a specification, unless somebody says otherwise. */
import type { Feature } from '../spec/features.js';
import type { ColumnKind, ColumnProfile } from './profile.js';

const TRANSFORMS: Readonly<
  Record<ColumnKind, Exclude<Feature['transform'], 'cross' | 'hash' | 'bucketize'>>
> = {
  id: 'lookup',
  category: 'lookup',
  number: 'normalize',
  time: 'cyclical',
  text: 'text',
  boolean: 'boolean',
};

export function columnAsFeature({ name, kind }: Pick<ColumnProfile, 'name' | 'kind'>) {
  return { column: name, transform: TRANSFORMS[kind] };
}
