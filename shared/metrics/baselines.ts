/** The simple methods that a result is compared with, by what they are measured by. */
export const BASELINES = {
  /** They find items; a specification asks for them. */
  retrieval: ['popularity', 'recentPopularity', 'history', 'itemKnn', 'ease'],
  /** They predict targets; every model that does is compared with them. */
  rating: ['globalMean', 'userItemMean'],
} as const;
export type BaselineKind = keyof typeof BASELINES;

/** What people call them, alike in the terminal, in reports and in verdicts. */
const TITLES: Readonly<Record<(typeof BASELINES)[BaselineKind][number], string>> = {
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
