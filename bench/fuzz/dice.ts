import type { Random } from '@trainyard/trainer-job/model/random';

/** Choices of one experiment. */
export class Dice {
  constructor(private readonly random: Random) {}

  chance(share: number): boolean {
    return this.random() < share;
  }

  /** Both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  between(from: number, to: number): number {
    return from + this.random() * (to - from);
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[Math.floor(this.random() * choices.length)];
    if (choice === undefined) throw new Error('there is nothing to choose from');
    return choice;
  }
}
