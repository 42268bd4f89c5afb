import type { Parameters, Sweep } from '@trainyard/shared';

/** What the space gives to every trial alike, whatever else it tries. */
export function constantsOf({ space }: Pick<Sweep, 'space'>): Parameters {
  const constants = Object.entries(space).flatMap(([key, parameter]) =>
    parameter.type === 'constant' && parameter.when === undefined ? [[key, parameter.value] as const] : [],
  );
  return Object.fromEntries(constants);
}
