import {
  ratingSchema,
  targetSchema,
  type RunResult,
  type RunView,
  type StreamEvent,
  trainingSpecSchema,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { epochRow, runView, stageRow } from '../../test/support/runView.js';
import { happenings } from './happenings.js';
import { type Layout, plain, truncate, wrap } from './layout.js';
import { livePart } from './livePart.js';
import { dollars, duration, whole } from './numbers.js';
import { outcome } from './outcome.js';
import { applyEvent, startWatching, type WatchState } from './watchState.js';

const WIDE: Layout = { width: 100, color: false };
const START = startWatching(0);

function after(events: readonly StreamEvent[], state: WatchState = START, now = 0): WatchState {
  return events.reduce((current, event) => applyEvent(current, event, now), state);
}
const runEvent = (changes = {}): StreamEvent => ({ event: 'run', data: runView(changes) });
const epochEvent = (epoch: number, changes = {}): StreamEvent => ({
  event: 'epoch',
  data: epochRow(epoch, changes),
});
const stageEvent = (stage: Parameters<typeof stageRow>[0], changes = {}): StreamEvent => ({
  event: 'stage',
  data: stageRow(stage, changes),
});

describe('what happened', () => {
  it('is a line per stage and a row per epoch, in the order of the work', () => {
    const state = after([
      runEvent(),
      epochEvent(2),
      epochEvent(1),
      stageEvent('train', { seconds: 75, counts: {}, detail: 'backend wasm' }),
      stageEvent('ingest'),
      stageEvent('transform', { cacheHit: true, counts: { queryEntities: 8000, items: 1500 } }),
    ]);
    expect(happenings(START, state, WIDE)).toEqual([
      'shop#3 (run abcdefghijklmnopqrst)',
      '  ✓ ingest            0.8 s  rows 200,000',
      '  ✓ transform         0.8 s  cached · query entities 8,000 · items 1,500',
      '    epoch     loss  val loss  recall@10  recall@50  recall@100  examples/s  seconds',
      '        1   6.0000    6.5000     0.1000     0.1200      0.1500      37,647      4.3',
      '        2   5.0000    5.5000     0.2000     0.2400      0.3000      37,647      4.3',
      '  ✓ train        1 min 15 s  backend wasm',
    ]);
  });

  it('has two lines for the sentence of a stage, whose end says why', () => {
    const detail =
      '29,986 of 30,000 validation and 9,993 of 10,000 test rows can be measured (validation: 14 whose "customer" train does not know; test: 7 whose "customer" train does not know)';
    const state = after([runEvent(), stageEvent('transform', { detail })]);
    expect(happenings(START, state, WIDE).slice(1)).toEqual([
      '  ✓ transform         0.8 s  29,986 of 30,000 validation and 9,993 of 10,000 test rows can be',
      '                             measured (validation: 14 whose "customer" train does not know; test: 7…',
    ]);
  });

  it('has the warnings of a stage below it, each with what to do, and again at the end', () => {
    const warnings = [
      { code: 'few-rows', message: 'only 9 of 2340 rows', remedy: 'bring more', counts: { rows: 9 } },
      { code: 'odd', message: 'odd', remedy: null, counts: {} },
    ];
    const state = after([runEvent(), stageEvent('ingest', { warnings })]);
    const told = ['warning: only 9 of 2340 rows', 'what to do: bring more', 'warning: odd'];
    expect(
      happenings(START, state, WIDE)
        .slice(2)
        .map((line) => line.trim()),
    ).toEqual(told);
    const ended = runView({
      status: 'completed',
      warnings: warnings.map((one) => ({ ...one, stage: 'ingest' as const })),
    });
    expect(outcome(ended, WIDE).map((line) => line.trim())).toEqual(expect.arrayContaining(told));
  });

  it('is told once, however often the events come', () => {
    const events = [runEvent(), stageEvent('ingest'), epochEvent(1)];
    const state = after(events);
    expect(happenings(state, after(events, state), WIDE)).toEqual([]);
  });

  it('of a later epoch comes without the header', () => {
    const state = after([runEvent(), epochEvent(1)]);
    expect(happenings(state, after([epochEvent(2)], state), WIDE)).toHaveLength(1);
  });

  it('tells a new attempt and why, and not the rows that are the same again', () => {
    const state = after([runEvent(), epochEvent(1), epochEvent(2)]);
    const next = after(
      [
        runEvent({
          attempt: 2,
          error: { code: 'lost', message: 'the trainer is gone', stage: 'train', remedy: null },
          checkpoint: { uri: 'file:///c', epoch: 1, at: '2026-11-20T19:18:25.000Z' },
        }),
        epochEvent(1, { attempt: 2 }),
        epochEvent(2, { attempt: 2, seconds: 6 }),
      ],
      state,
    );
    const lines = happenings(state, next, WIDE);
    expect(lines[0]).toBe('  attempt 2, continuing after epoch 1: the trainer is gone');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('6.0');
  });

  it('fits narrow terminals by leaving columns out, never the best K', () => {
    const state = after([runEvent(), epochEvent(1)]);
    for (const width of [40, 50, 60, 70, 80]) {
      const lines = happenings(START, state, { width, color: false }).slice(1);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 48));
      expect(lines[0]).toContain('recall@100');
    }
  });

  it('shows the K that the spec asks for when it asks for none of the usual', () => {
    const run = runView();
    const spec = { ...run.spec, evaluation: { ...run.spec.evaluation, k: [1, 20] } };
    const state = after([runEvent({ spec }), epochEvent(1, { metrics: { loss: 1, recall_at_20: 0.5 } })]);
    const lines = happenings(START, state, WIDE);
    expect(lines[1]).toContain('recall@20');
    expect(lines[2]).toContain('0.5000');
    expect(lines[2]).toContain('–');
  });

  it('lets no control character of a message through', () => {
    const state = after([
      runEvent(),
      stageEvent('validate', { detail: 'bad\u001B[2Jcolumn\nname', counts: {} }),
    ]);
    const text = happenings(START, state, WIDE).join('\n');
    expect(text).not.toContain('\u001B');
    expect(text).toContain('bad [2Jcolumn name');
  });
});

describe('the live part', () => {
  it('is a bar within the epoch, with step, pace and what is left', () => {
    const state = after([runEvent(), epochEvent(2, { seconds: 4 })]);
    expect(livePart(state, 2000, WIDE)).toEqual([
      '  epoch 3/6  ████████████░░░░░░░░░░░░   50 %  step 20/40  51,234 examples/s  about 14 s left',
    ]);
  });

  it('tells what the run has cost so far, where it costs anything', () => {
    const cost = { usd: 0.4251, countedUntil: '2026-11-20T19:20:25.000Z', byMonth: {} };
    expect(livePart(after([runEvent({ cost })]), 0, WIDE)[0]).toContain('  $0.43 so far');
    const evaluating = runEvent({ cost: { ...cost, usd: 0.0123 }, currentStage: 'evaluate' });
    expect(livePart(after([evaluating]), 0, WIDE)[0]).toContain('evaluate 50 % … 0.0 s  $0.0123 so far');
  });

  it('says what it waits for before and between', () => {
    const line = (changes: object) => livePart(after([runEvent(changes)]), 3000, WIDE)[0];
    expect(livePart(START, 0, WIDE)).toEqual(['  waiting for the run …']);
    expect(line({ status: 'pending', job: null })).toBe('  waiting for a machine … 3.0 s');
    expect(line({ status: 'provisioning' })).toBe('  the trainer starts on local … 3.0 s');
    expect(line({ currentStage: 'ingest', progress: null })).toBe('  ingest … 3.0 s');
    expect(line({ status: 'cancelling' })).toBe('  stopping … 3.0 s');
  });

  it('is gone when the run is over', () => {
    expect(livePart(after([runEvent({ status: 'failed' })]), 0, WIDE)).toEqual([]);
  });

  it('is never wider than the terminal', () => {
    const [line] = livePart(after([runEvent()]), 0, { width: 30, color: false });
    expect(line!.length).toBeLessThan(30);
  });
});

const RESULT: RunResult = {
  metrics: { test_recall_at_10: 0.5, test_recall_at_100: 0.83, test_rows: 12_497 },
  baselines: {
    popularity: { test_recall_at_10: 0.06, test_recall_at_100: 0.27 },
    history: { test_recall_at_10: 0.48, test_recall_at_100: 0.66 },
  },
  artifacts: { query_model: 'file:///data/run/query_model', vocabularies: 'gs://bucket/v.json' },
  epochsTrained: 6,
  bestEpoch: 4,
  earlyStoppedAtEpoch: 6,
  backend: 'wasm',
  examplesPerSecond: 51_000,
};

describe('the outcome', () => {
  const over = { status: 'completed', endedAt: '2026-11-20T19:19:10.000Z', result: RESULT } as const;

  it('sets what cold users find beside it, where the test split has any', () => {
    const cold = { test_cold_users_recall_at_10: 0.0345, test_cold_users_recall_at_100: 0.21 };
    const popularity = { test_cold_users_recall_at_10: 0.0338, test_cold_users_recall_at_100: 0.22 };
    const result = {
      ...RESULT,
      metrics: { ...RESULT.metrics, ...cold },
      baselines: { ...RESULT.baselines, popularity: { ...RESULT.baselines.popularity, ...popularity } },
    };
    const lines = outcome(runView({ ...over, result }), { width: 80, color: false });
    const from = lines.indexOf('  (12,497 rows)') + 1;
    expect(lines.slice(from, from + 4)).toEqual([
      '  on its cold users     recall@5   recall@10   recall@50  recall@100',
      '  this model                   –      0.0345           –      0.2100',
      '  popularity                   –      0.0338           –      0.2200',
      '',
    ]);
  });

  it.each([
    [{ protocol: 'perUser' }, 'retrieval', '  (12,497 rows, each user counts once)'],
    [{}, 'hybrid', '  (12,497 rows in lists; predictions: all with a target)'],
    [
      { per: 'user' },
      'hybrid',
      '  (12,497 rows in lists, each user counts once; predictions: all with a target)',
    ],
  ] as const)('says what the rows are that were measured by %j of a %s model', (evaluation, type, line) => {
    const { spec } = runView(over);
    if ('preset' in spec.model || 'preset' in spec.features)
      throw new Error('the specification is written down');
    const asked = trainingSpecSchema.parse({
      ...spec,
      features: { ...spec.features, ...(type === 'hybrid' && { target: { column: 'rating' } }) },
      model: { ...spec.model, type },
      evaluation: { ...spec.evaluation, ...evaluation },
    });
    expect(outcome(runView({ ...over, spec: asked }), { width: 120, color: false })).toContain(line);
  });

  it('sets the result beside the baselines', () => {
    const lines = outcome(runView(over), { width: 80, color: false }, 'backend wasm (asked for)');
    expect(lines).toEqual([
      '',
      'shop#3 completed in 45 s',
      '  Ship it: recall@100 is 25.8 % above that of each user’s own history, the best',
      '  other method.',
      '  6 epochs, stopped early after 6, the best is 4; 51,000 examples/s',
      '  backend wasm (asked for)',
      '',
      '  on the test split     recall@5   recall@10   recall@50  recall@100',
      '  this model                   –      0.5000           –      0.8300',
      '  popularity                   –      0.0600           –      0.2700',
      '  own history                  –      0.4800           –      0.6600',
      '  (12,497 rows)',
      '',
      '  artifacts',
      '    query_model   /data/run/query_model',
      '    vocabularies  gs://bucket/v.json',
    ]);
  });

  it('shows the metric that the verdict goes by, whatever else has a column', () => {
    const run = runView(over);
    const evaluation = { ...run.spec.evaluation, primaryMetric: 'test_mean_rank' };
    const result = { ...RESULT, metrics: { ...RESULT.metrics, test_mean_rank: 17.5 } };
    const lines = outcome({ ...run, result, spec: { ...run.spec, evaluation } }, WIDE);
    expect(lines.find((line) => line.includes('on the test split'))).toMatch(/recall@100 +mean rank$/);
    expect(lines.find((line) => line.includes('this model'))).toMatch(/0\.8300 +17\.5$/);
  });

  it.each([
    ['ship', 32],
    ['hold', 31],
    ['unsure', 33],
  ] as const)('begins with the verdict of the trainer: %s', (decision, color) => {
    const verdict = { decision, sentence: 'So it is.', reasons: ['the gate is missed'] };
    const artifacts = { ...RESULT.artifacts, report: 'file:///data/run/report.html' };
    const lines = outcome(runView({ ...over, result: { ...RESULT, artifacts, verdict } }), {
      width: 80,
      color: true,
    });
    expect(lines[2]).toBe(`\u001B[${color}m  So it is.\u001B[39m`);
    expect(lines[3]).toBe('  - the gate is missed');
    const text = lines.join('\n');
    expect(text).not.toContain('Ship it');
    expect(text).toContain('/data/run/report.html');
    expect(text).not.toContain('vocabularies');
  });

  it('begins with a verdict by the figures where the trainer sends none', () => {
    const result = { ...RESULT, metrics: { ...RESULT.metrics, test_recall_at_100: 0.33 } };
    const lines = outcome(runView({ ...over, result }), WIDE);
    expect(lines[2]).toBe(
      '  Do not ship it: recall@100 is 50.0 % below that of each user’s own history, the best other method.',
    );
  });

  const ratedSpec = () => {
    const { spec } = runView();
    const [rating, target] = [ratingSchema.parse({}), targetSchema.parse({ column: 'stars' })];
    return {
      ...spec,
      features: { ...spec.features, target },
      model: { ...spec.model, type: 'ranking' as const, rating },
    };
  };

  it('of a model that rates says how far its ratings are off, beside the means', () => {
    const rated = ratedSpec();
    const result = {
      ...RESULT,
      metrics: { test_rmse: 0.8, test_mae: 0.6, test_rows: 900 },
      baselines: {
        globalMean: { test_rmse: 1.1, test_mae: 0.9 },
        userItemMean: { test_rmse: 0.7, test_mae: 0.5 },
      },
    };
    const text = outcome(runView({ ...over, spec: rated, result }), WIDE).join('\n');
    expect(text).toMatch(/on the test split +rmse +mae\n/);
    expect(text).toMatch(/this model +0.8000 +0.6000\n/);
    expect(text).toContain('rmse is 14.3 % above that of the mean of user and item, the best other method.');
    expect(text).not.toContain('recall');
    const rows = after([runEvent({ spec: rated }), epochEvent(1, { metrics: { val_rmse: 0.9 } })]);
    expect(happenings(START, rows, WIDE).join('\n')).toMatch(/loss +val loss +val rmse +examples/);
  });

  it('keeps long figures, as those in the units of the data, and long titles apart, and leaves out columns that do not fit', () => {
    const rated = ratedSpec();
    const large = { test_rmse: 1_234_567.5, test_mae: 9_876_543_210.25 };
    const result = { ...RESULT, metrics: { ...large, test_rows: 900 }, baselines: { globalMean: large } };
    const table = (width: number) =>
      outcome(runView({ ...over, spec: rated, result }), { ...WIDE, width })
        .filter((line) => /^ {2}(on the test|this model|mean of all)/.test(line))
        .map((line) => line.trim().split(/ {2,}/));
    const figures = ['1234567.5000', '9876543210.2500'];
    expect(table(100).map((cells) => cells.slice(1))).toEqual([['rmse', 'mae'], figures, figures]);
    expect(table(40).map((cells) => cells.slice(1))).toEqual([['mae'], [figures[1]], [figures[1]]]);
    expect(table(1)).toHaveLength(3);
  });

  it('tells of a failure where, why and what to do', () => {
    const error = {
      code: 'missing-column',
      message: 'there is no column "usr"; the file has user, item',
      stage: 'validate' as const,
      remedy: 'change features.query[0].column',
    };
    const run = runView({ status: 'failed', endedAt: '2026-11-20T19:18:27.500Z', error });
    expect(outcome(run, WIDE)).toEqual([
      '',
      'shop#3 failed after 2.5 s',
      '  in validate, missing-column',
      '  there is no column "usr"; the file has user, item',
      '  what to do: change features.query[0].column',
    ]);
  });

  it('gives each violated expectation a line of its own', () => {
    const error = {
      code: 'expectation-violated',
      message:
        '2 expectations are violated:\n1. column "price": 20 of 1,000 values are not at most 97\n2. too few',
      stage: 'validate' as const,
      remedy: null,
    };
    const lines = [
      '  2 expectations are violated:',
      '  1. column "price": 20 of 1,000 values are not at most 97',
      '  2. too few',
    ];
    expect(outcome(runView({ status: 'failed', error }), WIDE).slice(3)).toEqual(lines);
    const data = {
      uri: 'a.csv',
      fingerprint: 'a',
      snapshot: null,
      rows: 4,
      digest: `sha256:${'a'.repeat(64)}`,
    };
    expect(outcome(runView({ status: 'failed', error, data }), WIDE).slice(3)).toEqual([
      ...lines,
      '  what was found in its data: trainyard profile shop#3',
    ]);
  });

  it('tells what all attempts cost, and an epoch of them', () => {
    const cost = { usd: 1.2, countedUntil: '2026-11-20T19:20:25.000Z', byMonth: {} };
    const lines = outcome(runView({ status: 'cancelled', currentEpoch: 4, cost }), WIDE);
    expect(lines).toContain('  it cost $1.20, $0.30 an epoch');
  });

  it('says where the limit of the cost limited nothing, for the tier has no price', () => {
    const run = runView({ status: 'completed' });
    const compute = { ...run.spec.compute, maxUsd: 5 };
    const at = (usdPerHour: number | null) => ({
      tier: 'local',
      name: 'x',
      launchedAt: run.createdAt,
      usdPerHour,
    });
    const said = (usdPerHour: number | null, spec: RunView['spec'] = { ...run.spec, compute }) =>
      outcome(runView({ status: 'completed', spec, job: at(usdPerHour) }), { ...WIDE, width: 200 }).join(
        '\n',
      );
    expect(said(null)).toContain(
      '  compute.maxUsd ($5.00) limits nothing: compute tier local has no price, so that what runs there counts as $0.00',
    );
    expect(said(1)).not.toContain('limits nothing');
    expect(said(null, run.spec)).not.toContain('limits nothing');
  });

  it('tells of a run that was stopped for its cost why, and what to do', () => {
    const error = {
      code: 'budget-exceeded',
      message: 'the run has cost $5.01; compute.maxUsd allows $5.00',
      stage: 'train' as const,
      remedy: 'raise compute.maxUsd',
    };
    const lines = outcome(runView({ status: 'cancelled', error }), WIDE).join('\n');
    expect(lines).toMatch(/was cancelled[^]*has cost \$5\.01[^]*what to do: raise compute\.maxUsd/);
  });

  it('tells of a cancellation how far it came', () => {
    const run = runView({ status: 'cancelled', endedAt: '2026-11-20T19:18:30.000Z' });
    expect(outcome(run, WIDE).slice(1)).toEqual([
      'shop#3 was cancelled after 5.0 s',
      '  2 of 6 epochs were trained',
    ]);
  });

  it('has colours only where they are wanted', () => {
    expect(outcome(runView(over), { width: 80, color: true }).join('')).toContain('\u001B[32m');
    expect(outcome(runView(over), { width: 80, color: false }).join('')).not.toContain('\u001B');
  });
});

describe('words and numbers', () => {
  it.each([
    [0.04, '0.0 s'],
    [9.96, '10 s'],
    [59.6, '1 min 00 s'],
    [3725, '1 h 02 min'],
  ])('%f seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it('writes dollars with as many digits as they need', () => {
    expect([0, 0.0042, 0.1, 12.345, 1234.5].map(dollars)).toEqual([
      '$0.00',
      '$0.0042',
      '$0.10',
      '$12.35',
      '$1,235',
    ]);
  });

  it('groups digits', () => {
    expect([999, 1000, 1_234_567].map(whole)).toEqual(['999', '1,000', '1,234,567']);
  });

  it('are one harmless line: nothing rules the terminal, ends the line, or turns what follows around', () => {
    const controls = [
      0, 0x1b, 0x7f, 0x9b, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069,
    ];
    for (const code of controls)
      expect(plain(`a${String.fromCodePoint(code)}b`), `U+${code.toString(16)}`).toBe('a b');
    // What joins letters and emoji, and what has no Latin letters, stays.
    expect(plain('שלום 👩\u200D🔬 größer')).toBe('שלום 👩\u200D🔬 größer');
  });

  it('cuts and wraps', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(wrap('aa bb cc', 5, ' ')).toEqual([' aa', ' bb', ' cc']);
    expect(wrap('', 5)).toEqual([]);
  });
});
