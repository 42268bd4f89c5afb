import { basicType, isWhole } from './columnSql.js';
import type { ColumnKind } from '@trainyard/shared/profile/profile';

/** Texts with more values than this are no categories. */
const MAX_CATEGORIES = 1000;
/** Texts are words rather than names where more than this share has a blank in it. */
const WORDY = 0.5;
/** `user_id`, `CustomerID`, `sku`, `uuid`; not `paid` or `valid`. */
const ID_NAME = /(^|[^a-z])(id|ids|key|code|sku|uuid|guid|ean|gtin)$|[a-z](ID|Id|Key|Code|Sku|Uuid)$/;

/** What a column is for, guessed from its name, type and values; `blankShare` is that of texts with a blank in them. */
export function kindOf(column: {
  name: string;
  type: string;
  distinct: number;
  blankShare: number;
  /** Whether all numbers are whole. */
  whole: boolean;
}): ColumnKind {
  const named = ID_NAME.test(column.name) || /(^|[^a-z])(id|key|sku)$/i.test(column.name);
  switch (basicType(column.type)) {
    case 'time':
      return 'time';
    case 'boolean':
      return 'boolean';
    case 'number':
      return named && (isWhole(column.type) || column.whole) ? 'id' : 'number';
    case 'nested':
      return 'text';
    case 'text':
      if (named) return 'id';
      if (column.distinct <= MAX_CATEGORIES) return 'category';
      return column.blankShare > WORDY ? 'text' : 'id';
  }
}
