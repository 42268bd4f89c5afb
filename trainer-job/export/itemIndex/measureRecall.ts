/** What share of the best items a graph finds, by users of the training data. */
import { hnswIndex, MEASURED_K } from '@trainyard/recommender/approximate/hnswIndex';
import type { Graph } from '@trainyard/recommender/approximate/usearch';
import type { ItemIndexDocument } from '@trainyard/recommender/format/itemIndex';
import { exactIndex } from '@trainyard/recommender/search/exactIndex';
import type { ItemIndex } from '@trainyard/recommender/search/itemIndex';
import type { HnswSpec } from '@trainyard/shared/spec/outputs/itemIndex';
import type { Random } from '../../model/random.js';

export type MeasuredRecall = Pick<ItemIndexDocument, 'expansionSearch' | 'recall'>;

export interface RecallRequest {
  graph: Graph;
  index: Pick<HnswSpec, 'expansionSearch' | 'recall'>;
  itemVectors: Float32Array;
  width: number;
  /** [users, width]; zeros of those who have no training row. */
  users: Float32Array;
  random: Random;
  between: () => Promise<void>;
}

/** What the graph is held against, made when it is first asked for: of a million items that takes a second. */
type Measuring = RecallRequest & { exact: () => ItemIndex };

/** Users of each half: one chooses the candidates of a search, the other measures what that brings. */
const USERS_OF_HALF = 250;
const EXPANSIONS = [100, 128, 160, 200, 256, 320, 400, 512, 640, 800, 1024, 1280, 1600, 2048];

export async function measureRecall(asked: RecallRequest): Promise<MeasuredRecall> {
  const { index, random, users, width } = asked;
  let made: ItemIndex | undefined;
  const request = { ...asked, exact: () => (made ??= exactIndex(asked.itemVectors, width)) };
  const drawn = drawnUsers(users, width, 2 * USERS_OF_HALF, random);
  const half = Math.ceil(drawn.length / 2);
  const [choosing, measuring] = [drawn.slice(0, half), drawn.slice(drawn.length > 1 ? half : 0)];
  const expansionSearch = index.expansionSearch ?? (await fewestCandidates(request, choosing));
  if (measuring.length === 0) return { expansionSearch, recall: null };
  const value = await recallOf(request, await bestOf(request, measuring), expansionSearch);
  return { expansionSearch, recall: { k: MEASURED_K, queries: measuring.length, value } };
}

async function fewestCandidates(request: Measuring, users: readonly Float32Array[]): Promise<number> {
  const best = await bestOf(request, users);
  let most = 0;
  for (const expansion of EXPANSIONS) {
    most = expansion;
    if ((await recallOf(request, best, expansion)) >= request.index.recall) return expansion;
  }
  return most;
}

interface UserWithBest {
  user: Float32Array;
  items: ReadonlySet<number>;
}

/** The best items of each user by the exact index. */
async function bestOf(
  { exact, between }: Measuring,
  users: readonly Float32Array[],
): Promise<UserWithBest[]> {
  const found: UserWithBest[] = [];
  for (const user of users) {
    found.push({
      user,
      items: new Set(
        exact()
          .search(user, MEASURED_K)
          .map(({ index }) => index),
      ),
    });
    await between();
  }
  return found;
}

async function recallOf(
  { graph, itemVectors: vectors, width, exact, between }: Measuring,
  users: readonly UserWithBest[],
  expansionSearch: number,
): Promise<number> {
  const { search } = hnswIndex({ graph, vectors, width, expansionSearch, exact });
  let [hits, all] = [0, 0];
  for (const { user, items } of users) {
    for (const { index } of search(user, MEASURED_K)) if (items.has(index)) hits++;
    all += items.size;
    await between();
  }
  return all > 0 ? hits / all : 1;
}

/** Up to so many users with a vector, each once, in the order in which they are drawn. */
function drawnUsers(users: Float32Array, width: number, count: number, random: Random): Float32Array[] {
  const known = Int32Array.from({ length: users.length / width }, (_, i) => i).filter((user) =>
    users.subarray(user * width, (user + 1) * width).some((value) => value !== 0),
  );
  const drawn = Math.min(count, known.length);
  for (let i = 0; i < drawn; i++) {
    const other = i + Math.floor(random() * (known.length - i));
    [known[i], known[other]] = [known[other] ?? 0, known[i] ?? 0];
  }
  return Array.from(known.subarray(0, drawn), (user) => users.subarray(user * width, (user + 1) * width));
}
