/** The simple methods that a result is compared with, by what they are measured by. */
export const BASELINES = {
  /** They find items; a specification asks for them. */
  retrieval: ['popularity', 'recentPopularity', 'history', 'itemKnn', 'ease'],
  /** They predict targets; every model that does is compared with them. */
  rating: ['globalMean', 'userItemMean'],
} as const;
export type BaselineKind = keyof typeof BASELINES;
