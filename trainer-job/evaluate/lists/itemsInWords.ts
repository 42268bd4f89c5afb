/** What items are called, as far as their encodings tell. */
import { cutText } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { BLANK, type ReadableFeature, readableFeatures, UNKNOWN } from '../ratings/errors/rowValues.js';

/** Of a single text: as many characters as the schema of the report allows. */
export const LONGEST = 500;

export interface NamedItem {
  /** The id. */
  item: string;
  /** The first other text that the data have of it; null where there is none. */
  label: string | null;
}

/** Ids and labels of items; undefined where the encodings do not tell the ids. */
export async function itemsInWords({
  candidate,
}: EncodedDataset): Promise<((items: Int32Array) => NamedItem[]) | undefined> {
  const isText = ({ transform }: Pick<ReadableFeature, 'transform'>) =>
    ['lookup', 'text', 'multi'].includes(transform);
  const readable = await readableFeatures(candidate, (feature) => feature.isId || isText(feature));
  const id = readable.find(({ isId }) => isId);
  const label = readable.find(({ isId }) => !isId);
  if (!id) return undefined;
  return (items) => {
    if (items.length === 0) return [];
    const seen = candidate.rows(items);
    return Array.from(items, (_, i) => ({
      item: cutText(id.valueAt(seen, i), LONGEST),
      label: labelOf(label?.valueAt(seen, i)),
    }));
  };
}

function labelOf(text: string | undefined): string | null {
  return text === undefined || ['', BLANK, UNKNOWN].includes(text) ? null : cutText(text, LONGEST);
}
