/**
 * What each feature is worth to the trained model: how much worse its primary metric becomes on test rows where the feature sees
 * the values of other entities (Breiman: Random Forests, Machine Learning 45, 2001; Fisher, Rudin, Dominici: All Models Are Wrong,
 * but Many Are Useful, JMLR 20, 2019). The model is not trained again: what it would have made of other features in their stead
 * is not seen, and of two features that say the same each looks less important than both together.
 */
import { isLowerBetter, isOfRanks, type Importance, seedOf } from '@trainyard/shared';
import type { EncodedTower } from '../../data/encodedDataset.js';
import { catalogue } from '../../model/catalogue.js';
import { permutation, randomFor, type Random } from '../../model/random.js';
import { differenceOf, type Estimate } from '../confidence/estimate.js';
import { intervalOf } from '../confidence/interval.js';
import type { Findings } from '../findings.js';
import type { PartContext } from '../part.js';
import { type Permuted, permutedModel, type TowerName } from './permutedModel.js';
import { rankedSample } from './rankedSample.js';
import { ratedSample } from './ratedSample.js';
import type { Sample } from './sample.js';

/** How often each feature is permuted. */
const REPEATS = 3;

export async function importance(context: PartContext): Promise<Partial<Findings>> {
  const { spec, primaryMetric, ranked, rated } = context;
  const { importanceUsers } = spec.evaluation;
  if (primaryMetric === null) return {};
  if (importanceUsers === 0) {
    return {
      leftOut: [
        {
          what: 'the importance of features',
          why: 'evaluation.importanceUsers is 0',
          remedy: 'set evaluation.importanceUsers to 1000',
        },
      ],
    };
  }
  const random = importanceRandom(context, 'users and draws');
  const sample =
    isOfRanks(primaryMetric) && ranked
      ? rankedSample(context, ranked, primaryMetric, random)
      : rated && (await ratedSample(context, rated, primaryMetric, random));
  if (!sample) return {};
  const base = await sample.estimate(null);
  if (!base) return {};
  const features: Importance['features'] = [];
  for (const asked of askedFeatures(context)) {
    const worse = await worsening(context, sample, base, primaryMetric, asked);
    if (worse) features.push({ ...asked.named, loss: worse.value, interval: intervalOf(worse) });
  }
  const found: Importance = {
    metric: primaryMetric,
    value: base.value,
    rows: sample.rows,
    features: features.toSorted((a, b) => b.loss - a.loss),
  };
  return { importance: [found], leftOut: sample.leftOut };
}

function importanceRandom({ spec }: PartContext, purpose: string): Random {
  return randomFor(seedOf(spec.training, 'evaluation'), `importance ${purpose}`);
}

interface AskedFeature {
  named: { feature: string; tower: TowerName };
  positions: number[];
}

/** Each feature of each tower, ids too; and of an item all but its id together. */
function askedFeatures({ data }: PartContext): AskedFeature[] {
  const single = (tower: TowerName) =>
    data[tower].features.map(({ name }, position) => ({
      named: { feature: name, tower },
      positions: [position],
    }));
  const metadata = metadataPositions(data.candidate);
  return [
    ...single('query'),
    ...single('candidate'),
    ...(metadata.length > 0
      ? [{ named: { feature: 'productMetadata', tower: 'candidate' as const }, positions: metadata }]
      : []),
  ];
}

function metadataPositions({ features, idFeature }: EncodedTower): number[] {
  return [...features.keys()].filter((position) => position !== idFeature);
}

/** The mean over the repeats. */
async function worsening(
  context: PartContext,
  sample: Sample,
  base: Estimate,
  metric: string,
  { named, positions }: AskedFeature,
): Promise<Estimate | undefined> {
  const { tower } = named;
  const entities = tower === 'query' ? sample.queries : catalogue(context.data.candidate.entities);
  const repeats: Estimate[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const random = importanceRandom(context, `${tower} ${named.feature} ${repeat}`);
    const permuted: Permuted = { tower, features: positions, donors: donorsOf(entities, random) };
    const estimate = await sample.estimate(permutedModel(context.model, permuted));
    if (!estimate) return undefined;
    repeats.push(isLowerBetter(metric) ? differenceOf(estimate, base) : differenceOf(base, estimate));
    await context.between();
  }
  return meanEstimate(repeats, importanceRandom(context, `repeats of ${tower} ${named.feature}`));
}

function donorsOf(entities: Int32Array, random: Random): Map<number, number> {
  const order = permutation(entities.length, random);
  return new Map(Array.from(entities, (entity, i) => [entity, entities[order[i]!]!]));
}

/** Each draw has repeats of its own, drawn with replacement: how sure a mean is follows from users and from permutations. */
function meanEstimate(repeats: readonly Estimate[], random: Random): Estimate {
  const [first] = repeats;
  const mean = (value: (repeat: Estimate) => number) =>
    repeats.reduce((sum, repeat) => sum + value(repeat), 0) / repeats.length;
  return {
    value: mean(({ value }) => value),
    influence: first!.influence.map((_, group) => mean(({ influence }) => influence[group]!)),
    draws: first!.draws.map((_, draw) =>
      mean(() => repeats[Math.floor(random() * repeats.length)]!.draws[draw]!),
    ),
    isPaired: true,
  };
}
