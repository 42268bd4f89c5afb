import type { QueryBlock } from '../../evaluate/ranks/queryBlock.js';
import type { Scoring } from '../../evaluate/ranks/scoring.js';
import { EMBED_BLOCK, type TwoTowerModel } from '../../model/twoTowerModel.js';
import type { TaskOf } from './messages.js';
import { StepMemory } from './stepMemory.js';
import type { WorkerPool } from './workerPool.js';

/** An evaluation that the workers of a training compute together; each block is one worker's. */
export function parallelScoring(model: TwoTowerModel, pool: WorkerPool): Scoring {
  const memory = new StepMemory();

  /** This thread reads the tables, a block at a time. */
  function* embedTasks(
    name: 'query' | 'candidate',
    entities: Int32Array,
    vectors: Float32Array,
  ): Generator<TaskOf<'embed'>> {
    const { data, width } = model[name];
    for (let start = 0; start < entities.length; start += EMBED_BLOCK) {
      const part = entities.subarray(start, start + EMBED_BLOCK);
      const output = vectors.subarray(start * width, (start + part.length) * width);
      yield { type: 'embed', tower: name, ...data.rows(part), output };
    }
  }

  return {
    threads: 1,
    embed: async (tower, entities) => {
      const vectors = memory.allocate(tower, entities.length * model[tower].width);
      await pool.each(embedTasks(tower, entities, vectors));
      return vectors;
    },
    score: async (catalogue, blocks, between) => {
      const open = (of: Float32Array | null): TaskOf<'items'>[] =>
        pool.threads.map(() => ({ ...catalogue, type: 'items', items: of }));
      await pool.run(open(catalogue.items));
      try {
        const results = await pool.each(scoreTasks(blocks), between);
        return results.flatMap(({ scores }) => scores ?? []);
      } finally {
        await pool.run(open(null));
      }
    },
  };
}

function* scoreTasks(blocks: Iterable<QueryBlock>): Generator<TaskOf<'score'>> {
  for (const { queries, items, rows, excluded, ...others } of blocks) {
    // A view of memory that is not shared takes all of that memory along.
    const own = queries.buffer instanceof SharedArrayBuffer ? queries : queries.slice();
    const left = excluded && { start: excluded.start, items: excluded.items.slice() };
    yield {
      type: 'score',
      block: { ...others, queries: own, items: items.slice(), rows: rows.slice(), excluded: left },
    };
  }
}
