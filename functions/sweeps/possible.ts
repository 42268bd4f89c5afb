/** Whether a space can be searched at all, and each value of it: what fails in every trial is said before one is paid for. */
import { jsonPointer } from '@trainyard/shared/http/jsonPointer';
import type { Parameter, ParameterValue, Space, Sweep } from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';
import { randomParameters } from './search/random.js';
import { specWith } from './searching.js';

/** Draws of the space that are tried at the start. */
const DRAWS = 10;
/** Of a value that makes no specification in one draw: another parameter may have to be just so. */
const DRAWS_OF_VALUE = 40;
/** In all: whatever a sweep is of, it begins at once. What else fails, its trial says. */
const MOST_VALUES = 200;
const MOST_TOLD = 10;

type Searched = Pick<Sweep, 'space' | 'spec' | 'seed'>;

/** A space of which no draw makes a specification is not searched: that a key is misspelt shows here. */
export function requirePossible(sweep: Searched): void {
  const why = whyImpossible(sweep, DRAWS);
  if (why) throw why;
  const errors: { pointer: string; detail: string }[] = [];
  for (const [key, value] of checkedValues(sweep.space)) {
    const reason = whyImpossible(
      { ...sweep, space: withValue(sweep.space, key, value) },
      DRAWS_OF_VALUE,
      key,
    );
    if (!reason) continue;
    const detail = `${key} is never ${JSON.stringify(value)} in a trial that could be trained: ${reason.errors?.[0]?.detail ?? reason.detail}`;
    errors.push({ pointer: jsonPointer(['space', key]), detail });
    if (errors.length === MOST_TOLD) break;
  }
  const [first] = errors;
  if (!first) return;
  const remedy =
    'Leave out what fails everywhere, or have it searched with those values of others alone that it goes with (when).';
  throw new DomainError('invalid-request', `${first.detail}. ${remedy}`, { errors });
}

/** Why no draw makes a specification, by the first of them; undefined where one does, or none has the key. */
function whyImpossible(
  { space, spec, seed }: Searched,
  draws: number,
  key?: string,
): DomainError | undefined {
  let first: DomainError | undefined;
  for (let number = 1; number <= draws; number++) {
    const parameters = randomParameters(space, seed, number);
    if (key !== undefined && !Object.hasOwn(parameters, key)) continue;
    try {
      specWith(spec, parameters, 'space');
      return undefined;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      first ??= error;
    }
  }
  return first;
}

/** The values of lists, and the ends of ranges: what is wrong with a range is wrong at one of them. */
function checkedValues(space: Space): [string, ParameterValue][] {
  const all = Object.entries(space).flatMap(([key, parameter]) =>
    valuesOf(parameter).map((value): [string, ParameterValue] => [key, value]),
  );
  return all.slice(0, MOST_VALUES);
}

function valuesOf(parameter: Parameter): ParameterValue[] {
  if (parameter.type === 'constant') return [];
  return parameter.type === 'categorical' ? parameter.values : [parameter.min, parameter.max];
}

/** The space with one value alone of a parameter. */
function withValue(space: Space, key: string, value: ParameterValue): Space {
  const { when } = space[key] ?? {};
  return { ...space, [key]: { type: 'constant', value, ...(when && { when }) } };
}
