/** The schemas of a document by their names: one of a name where what is sent is what is answered, and two where they differ. */
import { componentSchemas, mapReferences, referenceTo, type Direction, type Json } from './schemas.js';

interface Component {
  io: Direction;
  name: string;
  json: Json;
  /** References to other components, as `referenceTo` writes them. */
  uses: readonly string[];
}

export interface NamedDocument {
  document: Json;
  /** `components.schemas`: those that the document needs, in the order of their names. */
  schemas: Json;
}

/**
 * Names the components that a document refers to. A schema with defaults is two: the answer has what the request may leave out. The
 * answer's has the name alone, and the request's ends in `Input`.
 */
export function nameComponents(document: Json): NamedDocument {
  const used = reachable(document, allComponents());
  const split = splitNames(used);
  const nameOf = ({ io, name }: Component) => (io === 'input' && split.has(name) ? `${name}Input` : name);
  const named = (value: unknown) =>
    mapReferences(value, (reference) => {
      const component = used.get(reference);
      return component ? `#/components/schemas/${nameOf(component)}` : reference;
    }) as Json;
  const schemas = new Map<string, Json>();
  for (const component of used.values()) {
    const name = nameOf(component);
    const isTwin = component.io === 'input' && !split.has(name) && used.has(referenceTo('output', name));
    if (isTwin) continue;
    if (schemas.has(name)) throw new Error(`two components would be named ${name}: rename one in COMPONENTS`);
    schemas.set(name, named(component.json));
  }
  const sorted = [...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { document: named(document), schemas: Object.fromEntries(sorted) };
}

function allComponents(): Map<string, Component> {
  const components = (['input', 'output'] as const).flatMap((io) =>
    Object.entries(componentSchemas(io)).map(([name, json]) => ({
      io,
      name,
      json,
      uses: referencesIn(json),
    })),
  );
  return new Map(components.map((component) => [referenceTo(component.io, component.name), component]));
}

function referencesIn(value: unknown): string[] {
  const found = new Set<string>();
  mapReferences(value, (reference) => {
    found.add(reference);
    return reference;
  });
  return [...found];
}

/** What is referred to, and what that refers to in turn. */
function reachable(document: Json, all: ReadonlyMap<string, Component>): Map<string, Component> {
  const used = new Map<string, Component>();
  const waiting = referencesIn(document);
  for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
    const component = all.get(reference);
    if (!component || used.has(reference)) continue;
    used.set(reference, component);
    waiting.push(...component.uses);
  }
  return used;
}

/** The names whose two directions differ, in themselves or in a component that they use. */
function splitNames(used: ReadonlyMap<string, Component>): ReadonlySet<string> {
  const both = [...used.values()].flatMap((input) => {
    const output = used.get(referenceTo('output', input.name));
    return input.io === 'input' && output ? [{ input, output }] : [];
  });
  const undirected = (json: Json) =>
    JSON.stringify(mapReferences(json, (reference) => reference.replace('/input/', '/output/')));
  const split = new Set(
    both
      .filter(({ input, output }) => undirected(input.json) !== undirected(output.json))
      .map(({ input }) => input.name),
  );
  const isSplit = (reference: string) => split.has(used.get(reference)?.name ?? '');
  for (let before = -1; before < split.size;) {
    before = split.size;
    for (const { input } of both) if (input.uses.some(isSplit)) split.add(input.name);
  }
  return split;
}
