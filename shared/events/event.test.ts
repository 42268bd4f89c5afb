import { describe, expect, it } from 'vitest';
import { event, eventOfKind, SUBJECT_KINDS } from '../../test/contracts/events.js';
import { eventSchema } from './event.js';
import { attributesOf, subjectOf } from './subject.js';

describe('an event', () => {
  it.each(SUBJECT_KINDS)('of a %s is read as it was written', (kind) => {
    const written = eventOfKind[kind]();
    expect(written.data.kind).toBe(kind);
    expect(eventSchema.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });

  it.each([
    ['run', 'abcdefghijklmnopqrst', 'runs/abcdefghijklmnopqrst'],
    ['model', 'demo', 'models/demo'],
    ['release', 'demo-3-live', 'models/demo/releases/demo-3-live'],
    ['sweep', 'q5w2kzt7mbx3hvac4ndy', 'sweeps/q5w2kzt7mbx3hvac4ndy'],
  ] as const)('of a %s is kept in order by the id %s, at %s', (kind, id, path) => {
    expect(subjectOf(eventOfKind[kind]().data)).toEqual({ kind, id, path });
  });

  it.each([
    ['run', { runId: 'abcdefghijklmnopqrst' }],
    ['model', { runId: 'abcdefghijklmnopqrst' }],
    ['release', { releaseId: 'demo-3-live' }],
    ['sweep', { sweepId: 'q5w2kzt7mbx3hvac4ndy' }],
  ] as const)('of a %s can be filtered by its type, its kind and its ids', (kind, ids) => {
    const of = eventOfKind[kind]();
    expect(attributesOf(of)).toEqual({ type: of.type, kind, modelId: 'demo', ...ids });
  });

  it.each(SUBJECT_KINDS)('of a %s is no event with the data of another kind', (kind) => {
    for (const other of SUBJECT_KINDS.filter((one) => one !== kind)) {
      const mixed = { ...eventOfKind[kind](), data: eventOfKind[other]().data };
      expect(eventSchema.safeParse(mixed).success, `data of a ${other}`).toBe(false);
    }
  });

  it.each<[what: string, changes: object]>([
    ['an unknown type of its kind', { type: 'run.imagined' }],
    ['a type without words', { type: 'release.', data: eventOfKind.release().data }],
    ['a field that is not known', { data: { ...event().data, color: 'red' } }],
    ['data of no kind and too few fields', { data: { runId: 'abcdefghijklmnopqrst', modelId: 'demo' } }],
  ])('with %s is none', (_what, changes) => {
    expect(eventSchema.safeParse({ ...event(), ...changes }).success).toBe(false);
  });
});

describe('an event of version 0.1, whose data has no kind,', () => {
  const { kind: _kind, ...data } = event().data;

  it('of a run is the same event of that run', () => {
    const written = event();
    expect(eventSchema.parse({ ...written, data })).toEqual(written);
  });

  it.each(['model.version.registered', 'budget.reached'])('of type %s is about the model', (type) => {
    const written = event();
    expect(eventSchema.parse({ ...written, type, data })).toEqual({
      ...written,
      type,
      subject: 'models/demo',
      data: { kind: 'model', modelId: 'demo', runId: data.runId, detail: data.detail },
    });
  });
});
