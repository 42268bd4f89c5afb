import { createContext, useContext } from 'react';
import { valueAt, type Path } from './paths.js';
import type { SpecSchema } from './schemaAt.js';

/** The specification that a form edits. */
export interface Editing {
  schema: SpecSchema;
  spec: Readonly<Record<string, unknown>>;
  /** Undefined takes the key away, so that its default holds. */
  set: (path: Path, value: unknown) => void;
  /** What the server has against what stands at a place, or below it where nothing shows that apart. */
  mistakeAt: (path: Path) => string | undefined;
}

const EditingContext = createContext<Editing | undefined>(undefined);
export const EditingProvider = EditingContext.Provider;

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error('a field stands outside EditingProvider');
  return editing;
}

/**
 * What is to be written so that a place has a value: where the way to it goes through a default that a value would take the place of as a
 * whole, such as a list of layers, the default is written out first.
 */
export function writesOf(
  { schema, spec }: Pick<Editing, 'schema' | 'spec'>,
  path: Path,
  value: unknown,
): [Path, unknown][] {
  for (let length = 1; length < path.length; length++) {
    const way = path.slice(0, length);
    if (valueAt(spec, way) !== undefined) continue;
    const { inherited } = schema.at(way, spec);
    if (typeof inherited === 'object' && inherited !== null && Object.keys(inherited).length > 0)
      return [
        [way, inherited],
        [path, value],
      ];
  }
  return [[path, value]];
}
