import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import {
  BUILT_IN_GATE_SETS,
  gatesWithSet,
  problemErrors,
  storedSpecSchema,
  trainingSpecSchema,
  type TrainingSpec,
} from '@trainyard/shared';
import { KEYS_TOLD } from '@trainyard/shared/http/allowedKeys';
import type { Settings } from '../settings/settings.js';
import { withFlags } from './specFlags.js';
import { TrainerError } from '../errors/trainerError.js';

/** What the command line says in place of the specification; null where it says nothing. */
type Replaced = Pick<Settings, 'dataFile' | 'forceRecompute'> &
  Partial<Pick<Settings, 'specFlags' | 'callbacks'>>;

/**
 * The specification in a JSON file, or of the flags alone, every default filled in, and parts of it replaced. Throws
 * `TrainerError` naming everything that is wrong with it.
 */
export async function readSpec(
  file: string | null,
  { dataFile, forceRecompute, specFlags, callbacks }: Replaced = { dataFile: null, forceRecompute: null },
): Promise<TrainingSpec> {
  const content = specFlags?.base ?? (file === null ? {} : json(file, await text(file)));
  // A control plane has checked what it launches, and may know metrics by other names than this trainer.
  const schema = callbacks ? storedSpecSchema : trainingSpecSchema;
  const parsed = checked(schema, specFlags ? withFlags(content, specFlags) : content);
  const known = callbacks ? parsed : withGates(parsed);
  const { dataset, compute } = known;
  return {
    ...known,
    dataset: dataFile === null ? dataset : { ...dataset, source: { uri: resolve(dataFile) } },
    compute: forceRecompute === null ? compute : { ...compute, forceRecompute },
  };
}

function checked(schema: typeof trainingSpecSchema, content: unknown): TrainingSpec {
  const parsed = schema.safeParse(content, KEYS_TOLD);
  if (parsed.success) return parsed.data;
  const mistakes = problemErrors(parsed.error, content).map(
    ({ pointer, detail }) => `${pointer || '/'}: ${detail}`,
  );
  throw new TrainerError(
    'invalid-spec',
    `the specification is not valid: ${mistakes.join('; ')}`,
    'correct what is named',
  );
}

/** The specification with the gates of its set, which a control plane would have put there: here there are the built-in ones. */
function withGates(spec: TrainingSpec): TrainingSpec {
  const { evaluation } = spec;
  const gates = gatesWithSet(evaluation, {});
  if (!gates)
    throw new TrainerError(
      'invalid-spec',
      `there is no gate set "${evaluation.gateSet}" without a control plane: built in are ${Object.keys(BUILT_IN_GATE_SETS).join(', ')}`,
      'name one of these in evaluation.gateSet, or write its gates into evaluation.gates',
    );
  const unread = gates.findIndex(({ aboveRun }) => typeof aboveRun === 'string');
  if (unread >= 0)
    throw new TrainerError(
      'invalid-spec',
      `evaluation.gates[${unread}].aboveRun names a run of a control plane, and this trainer runs alone`,
      'write its value beside its name: {"run": "shop#46", "value": 0.31}',
    );
  return checked(trainingSpecSchema, { ...spec, evaluation: { ...evaluation, gates } });
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new TrainerError(
        'invalid-spec',
        `there is no specification at ${file}`,
        'name a JSON file that exists',
      );
    }
    throw error;
  }
}

function json(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isYaml = ['.yaml', '.yml'].includes(extname(file));
    throw new TrainerError(
      'invalid-spec',
      `the specification ${file} is not JSON: ${reason}`,
      isYaml ? 'the trainer reads JSON; `npx trainyard start` also reads YAML' : 'correct the JSON',
    );
  }
}
