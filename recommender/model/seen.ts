/** What a user already has. */
import type { FeatureValues } from '../encode/value.js';
import type { Seen } from '../format/seen.js';
import { notOfThisModel } from './catalogue.js';
import type { KnownUsers } from './users.js';

/** Positions in the catalogue of what the user of a query has, the newest first where the data have times; empty for one who is unknown or missing. The values have been checked. */
export type SeenBy = (query: FeatureValues) => Uint32Array;

const NOTHING = new Uint32Array();

export function seenBy(seen: Seen, { placeOf }: KnownUsers): SeenBy {
  return (query) => {
    const place = placeOf(query);
    return place === undefined ? NOTHING : seen.of(place);
  };
}

/** Of a folder that does not say it. */
export function withoutSeen(asked: string) {
  return notOfThisModel(
    `${asked} asks what users already have, which the folder of this model does not say: it has no seen.json`,
    'train again with this version, which writes it, or give the ids of the items as exclude',
  );
}
