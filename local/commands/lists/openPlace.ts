import {
  openModel,
  readValues,
  RecommenderError,
  type FeatureValue,
  type ReadFile,
  type RecommenderModel,
  type Values,
} from '@trainyard/recommender';
import { textOfColumn } from '@trainyard/recommender/encode/columnText';
import {
  SEEN_FILES,
  TRANSFORM_FILE,
  TRANSFORM_FOLDER,
  VALUES_FILES,
} from '@trainyard/recommender/format/files';
import { uncheckedNote } from '@trainyard/recommender/format/manifest';
import { readDocument } from '@trainyard/recommender/format/read';
import { SEEN_VERSIONS, type SeenDocument } from '@trainyard/recommender/format/seen';
import { TRANSFORM_VERSIONS, type TransformDocument } from '@trainyard/recommender/format/transformDocument';
import { unreadByColumn } from '@trainyard/recommender/model/unread';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { CommandContext } from '../command.js';
import { modelFiles } from './modelFiles.js';
import type { ModelPlace } from './modelPlace.js';

export interface OpenedPlace {
  model: RecommenderModel;
  /** What tells what users had last: times, or the order of the rows of the data. Null where the folder does not say what users have had. */
  seenOrder: SeenDocument['order'] | null;
  /** The place of a user among those whom the model knows, undefined for others: 7 and 007 are one where the data have numbers. */
  userAt(this: void, id: FeatureValue): number | undefined;
  /** The type that the column of the items' ids has in DuckDB. */
  itemIdType: string;
  /** Whether a value of a column of the query tower counts as missing since it cannot be read as what the column has. */
  isUnread(this: void, column: string, value: FeatureValue): boolean;
  /** The values of the newest training row of each user or item; undefined where the folder does not say them. */
  values(this: void, whose: 'users' | 'items'): Promise<Values | undefined>;
}

/** Opens the model for questions at the terminal; one in a bucket is read from there. */
export async function openPlace({ name, folder }: ModelPlace, context: CommandContext): Promise<OpenedPlace> {
  const files = modelFiles(folder, context.config.storageEndpoint);
  if (folder.startsWith('gs://') && name !== folder) context.note(`${name} is read from ${folder}`);
  const model = await orExplained(() => openModel(files));
  if (!model.checked) context.note(`note: ${uncheckedNote(folder)}`);
  const transform = await orExplained(() =>
    readDocument(files.read, `${TRANSFORM_FOLDER}/${TRANSFORM_FILE}`, TRANSFORM_VERSIONS),
  );
  const { candidate, columnTypes = {}, trimmed } = transform;
  const unreadBy = unreadByColumn(transform);
  const textOfUser = textOfColumn(model.userColumn, columnTypes, trimmed);
  return {
    model,
    seenOrder: knowsSeen(model) ? (await seenDocument(files.read)).order : null,
    userAt(id) {
      const text = textOfUser(id);
      const place = text === null ? -1 : model.users.indexOf(text);
      return place < 0 ? undefined : place;
    },
    itemIdType: typeOfId(candidate, columnTypes),
    isUnread: (column, value) => unreadBy.get(column)?.(value) ?? false,
    values: async (whose) =>
      (await isThere(() => files.read(VALUES_FILES[whose].document)))
        ? orExplained(() => readValues(files.read, whose))
        : undefined,
  };
}

function typeOfId(
  { features, idFeature }: TransformDocument['candidate'],
  types: Readonly<Record<string, string>>,
): string {
  const [column = ''] = features[idFeature]?.encoded.columns ?? [];
  return (Object.hasOwn(types, column) ? types[column] : undefined) ?? 'VARCHAR';
}

function seenDocument(read: ReadFile): Promise<SeenDocument> {
  return orExplained(() => readDocument(read, SEEN_FILES.document, SEEN_VERSIONS));
}

function knowsSeen(model: RecommenderModel): boolean {
  try {
    model.seenBy({});
    return true;
  } catch (error) {
    if (error instanceof RecommenderError && error.code === 'not-of-this-model') return false;
    throw error;
  }
}

async function isThere(read: () => Promise<unknown>): Promise<boolean> {
  return read().then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** The codes of what a caller has written; all others are of the folder. */
const CALLERS: ReadonlySet<string> = new Set([
  'unknown-column',
  'unknown-item',
  'bad-value',
  'unsafe-number',
  'bad-option',
  'not-of-this-model',
]);

/** What the recommender refuses is no bug: its message tells what to do. */
export async function orExplained<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RecommenderError)) throw error;
    throw new UserError(CALLERS.has(error.code) ? 'wrong-arguments' : 'no-model', error.message, {
      cause: error,
    });
  }
}
