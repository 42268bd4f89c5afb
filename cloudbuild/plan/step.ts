/** A deployment is a list of commands, in the order in which they are run: printed as a script, or run one by one. */

export const PHASES = ['infrastructure', 'images', 'jobs', 'functions', 'hosting'] as const;
export type Phase = (typeof PHASES)[number];

export interface Step {
  phase: Phase;
  /** What it does, in a few words. */
  title: string;
  /** A program and its arguments; no argument is a secret. */
  command: readonly [string, ...string[]];
  /** Written before it runs; paths are relative to the repository. */
  files: readonly { path: string; content: string }[];
  /** What is paid for it beside the runs, in words, where that is not said by the price table. */
  costs?: string;
  /** What to do when it fails, before the deployment is run again. */
  remedy: string;
}
