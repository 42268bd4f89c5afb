/** Models of ONNX answer values that are ill-written, of many types and of many scripts as the recommender does. */
import { openModelDirectory } from '@trainyard/recommender/node';
import { beforeAll, describe, it } from 'vitest';
import { CASE_NAMES, formatCase, itemsOf, queriesOf } from '../support/formats/formatCases.js';
import { useWasm } from '../support/training/backend.js';
import { expectClose, expectSameList } from './closeness.js';
import { ONNXRUNTIME_IN_NODE } from './onnxruntimeInNode.js';

const COUNT = 1000;

describe('a model of ONNX', () => {
  beforeAll(useWasm);

  it.each(CASE_NAMES)('answers queries that nobody thought of as the recommender does: %s', async (name) => {
    const folder = await formatCase(name);
    const model = await openModelDirectory(folder);
    const reader = await ONNXRUNTIME_IN_NODE.open(folder);
    const [queries, items] = [queriesOf(name, COUNT), itemsOf(name, COUNT)];
    const lists = await reader.recommend(
      queries,
      9,
      queries.map((_, i) => model.items.slice(i % 5, i % 9)),
    );
    queries.forEach((query, i) => {
      const exclude = model.items.slice(i % 5, i % 9);
      expectSameList(lists[i]!, model.recommend(query, { k: 9, exclude }), `${name}: list ${i}`);
    });
    if (model.type !== 'ranking') {
      const ofQueries = await reader.embed('query', queries);
      queries.forEach((query, i) => expectClose(ofQueries[i]!, model.embedQuery(query), `query ${i}`));
      const ofItems = await reader.embed('candidate', items);
      items.forEach((item, i) => expectClose(ofItems[i]!, model.embedCandidate(item), `candidate ${i}`));
    }
    if (model.type !== 'retrieval') {
      const ids = queries.map((_, i) => (i % 9 === 0 ? 'nobody' : model.items[i % model.items.length]!));
      const { predictions, scores } = await reader.predict!(queries, ids);
      const pairs = queries.map((query, i) => ({ query, item: ids[i]! }));
      expectClose(predictions, model.predict(pairs), 'predictions');
      expectClose(scores, model.score(pairs), 'scores');
    }
  });
});
