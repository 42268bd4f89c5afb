/** Who the user of a query is, and what is known of the users whom training knew. */
import type { TextOf } from '../encode/columnText.js';
import type { FeatureValues } from '../encode/value.js';
import type { Texts } from '../format/texts.js';
import type { Values } from '../format/values.js';

export interface KnownUsers {
  texts: Texts;
  /** The position of a query's user in the vocabulary, undefined for one who is unknown or missing. The values have been checked. */
  placeOf(this: void, query: FeatureValues): number | undefined;
  /** A query that gives the id of a known user and nothing else gets the values of that user's newest training row. */
  filled(this: void, query: FeatureValues): FeatureValues;
}

/** `texts` is the vocabulary of the column whose values are the ids, and `textOf` is of that column; `values` is what the folder says of the users. */
export function knownUsers(
  texts: Texts,
  column: string,
  textOf: TextOf,
  values: Values | undefined,
): KnownUsers {
  // Made when the first user is asked about.
  let places: ReadonlyMap<string, number> | undefined;
  const placeOf = (query: FeatureValues) => {
    const user = textOf(Object.hasOwn(query, column) ? query[column] : undefined);
    if (user === null) return undefined;
    places ??= new Map(texts.all().map((known, i) => [known, i]));
    return places.get(user);
  };
  const isAlone = (query: FeatureValues) => Object.keys(query).every((name) => name === column);
  return {
    texts,
    placeOf,
    filled(query) {
      if (!values || values.columns.length === 0 || !isAlone(query)) return query;
      const place = placeOf(query);
      return place === undefined ? query : { ...values.of(place), [column]: query[column] };
    },
  };
}
