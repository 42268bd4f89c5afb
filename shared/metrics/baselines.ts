/** The simple methods that a result is compared with, by what they are measured by. */
export const BASELINES = {
  /** They find items; a specification asks for them. */
  retrieval: ['popularity', 'recentPopularity', 'history', 'itemKnn', 'ease'],
  /** They predict targets; every model that does is compared with them. */
  rating: ['globalMean', 'userItemMean'],
} as const;
export type BaselineKind = keyof typeof BASELINES;

type BaselineName = (typeof BASELINES)[BaselineKind][number];

/** What people call them, alike in the terminal and in the heads and rows of reports. */
const TITLES: Readonly<Record<BaselineName, string>> = {
  popularity: 'popularity',
  recentPopularity: 'recent popularity',
  history: 'own history',
  itemKnn: 'item neighbours',
  ease: 'EASE',
  globalMean: 'mean of all',
  userItemMean: 'user and item mean',
};

/** Of a method that a result is compared with; what is no baseline, as `production`, is called by its name. */
export function methodTitle(name: string): string {
  return Object.hasOwn(TITLES, name) ? TITLES[name as keyof typeof TITLES] : name;
}

/** What they are called within a sentence, as after "that of". */
const IN_WORDS: Readonly<Record<BaselineName | 'production', string>> = {
  popularity: 'popularity',
  recentPopularity: 'recent popularity',
  history: 'each user’s own history',
  itemKnn: 'item neighbours',
  ease: 'EASE',
  globalMean: 'the mean of all',
  userItemMean: 'the mean of user and item',
  production: 'the version in production',
};

/** Of a method within a sentence; what has no words of its own is called by its name. */
export function methodInWords(name: string): string {
  return Object.hasOwn(IN_WORDS, name) ? IN_WORDS[name as keyof typeof IN_WORDS] : name;
}
