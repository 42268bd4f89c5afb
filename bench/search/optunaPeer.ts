import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { keysInOrder, parameterValueSchema, type Parameters, type Space } from '@trainyard/shared';
import { z } from 'zod';
import { config } from '../environment.js';

const answerSchema = z.strictObject({ parameters: z.record(z.string(), parameterValueSchema) });

interface Study {
  space: Space;
  objective: (parameters: Parameters) => number;
  direction: 'minimize' | 'maximize';
  seed: number;
  trials: number;
  /** Whether parameters are looked at together. */
  multivariate: boolean;
  /** The parameters of the first trials. */
  start: Parameters[];
}

export interface OptunaPeer {
  version: string;
  /** The value of each trial, in turn. */
  search(study: Study): Promise<{ value: number }[]>;
  end(): void;
}

/** Optuna in the Python of `PYTHON`, or why there is none. */
export async function startOptuna(): Promise<OptunaPeer | { obstacle: string }> {
  const child = spawn(config.python, [config.optunaPeer], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
  child.once('error', (error) => (errors += error.message));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next();
    return done === true ? undefined : value;
  };
  const first = await nextLine();
  if (first === undefined) {
    const missing = /No module named '([^']+)'/.exec(errors)?.[1];
    return {
      obstacle:
        missing === undefined
          ? `${config.python} does not start: ${errors.trim()}`
          : `${config.python} has no ${missing}`,
    };
  }
  const { optuna } = z.object({ optuna: z.string() }).parse(JSON.parse(first));
  const tell = (value: unknown) => child.stdin.write(`${JSON.stringify(value)}\n`);
  return {
    version: optuna,
    end: () => child.stdin.end(),
    async search({ space, objective, direction, seed, trials, multivariate, start }) {
      const values: { value: number }[] = [];
      tell({ space, order: keysInOrder(space), direction, seed, trials, multivariate, start });
      while (values.length < trials) {
        const line = await nextLine();
        if (line === undefined) throw new Error(`Optuna ended within a study:\n${errors}`);
        const value = objective(answerSchema.parse(JSON.parse(line)).parameters);
        values.push({ value });
        tell(value);
      }
      return values;
    },
  };
}
