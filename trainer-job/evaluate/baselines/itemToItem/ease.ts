import { titleOf, type Maker } from '../maker.js';
import { chosenLambda } from './chosenLambda.js';
import { easeWeights } from './easeWeights.js';
import { NotPositiveDefiniteError } from './inverse.js';
import { itemToItem } from './itemToItem.js';
import { tooManyItems } from './tooManyItems.js';

export const ease: Maker = async (prepared) => {
  const { interactions, popularity: places, between } = prepared;
  const leftOut = tooManyItems('ease', interactions);
  if (leftOut) return leftOut;
  const given = prepared.spec.evaluation.baselineSettings.easeLambda;
  const lambda = given ?? (await chosenLambda(prepared));
  try {
    const weights = await easeWeights(interactions, lambda, between);
    return itemToItem('ease', { lambda }, { weights, interactions, places });
  } catch (error) {
    if (!(error instanceof NotPositiveDefiniteError)) throw error;
    return {
      what: titleOf('ease'),
      why: `a lambda of ${lambda} is too small beside the numbers of interactions to compute with`,
      remedy: 'raise evaluation.baselineSettings.easeLambda, or leave it out so that one is chosen',
    };
  }
};
