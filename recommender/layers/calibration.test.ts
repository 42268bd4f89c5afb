import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RATING_FILE, RATING_FOLDER } from '../format/files.js';
import type { ReadFile } from '../format/read.js';
import { openModel } from '../model/openModel.js';
import { readDirectory } from '../node.js';
import { calibrated, calibrationSchema, logOdds } from './calibration.js';

const folder = readDirectory(
  fileURLToPath(new URL('../golden/trainer-0.1.0-tower-2/ranking', import.meta.url)),
);

/** The golden ranking model, as if its predictions had a calibration. */
function withCalibration(calibration: unknown): ReadFile {
  return async (path) => {
    const bytes = await folder(path);
    if (path !== `${RATING_FOLDER}/${RATING_FILE}`) return bytes;
    const document: object = JSON.parse(new TextDecoder().decode(bytes));
    return new TextEncoder().encode(JSON.stringify({ ...document, schemaVersion: 2, calibration }));
  };
}

describe('a model with a calibration', () => {
  const calibration = { applied: true, maps: [{ method: 'isotonic', x: [-9, 9], y: [0, 1] }] };
  const pairs = ['i3', 'i12', 'nothing known'].map((item) => ({ query: { user: 3 }, item }));

  it('predicts by it, and puts items in order without it', async () => {
    const [plain, own] = [await openModel(folder), await openModel(withCalibration(calibration))];
    const raw = plain.predict(pairs);
    expect(own.predict(pairs)).toEqual(raw.map((value) => expect.closeTo((value + 9) / 18, 12) as number));
    expect(own.score(pairs)).toEqual(raw);
    expect(own.recommend({ user: 3 })).toEqual(plain.recommend({ user: 3 }));
    const unused = await openModel(withCalibration({ ...calibration, applied: false }));
    expect(unused.predict(pairs)).toEqual(raw);
  });

  it.each([
    ['curves that go back', { applied: true, maps: [{ method: 'isotonic', x: [1, 0], y: [0, 1] }] }],
    ['points without a value', { applied: true, maps: [{ method: 'isotonic', x: [0, 1], y: [0] }] }],
    ['no curve at all', { applied: true, maps: [] }],
    ['nothing', undefined],
  ])('is refused with %s', async (_what, broken) => {
    await expect(openModel(withCalibration(broken))).rejects.toMatchObject({ code: 'bad-document' });
  });
});

describe('a calibration', () => {
  it('is the mean of its maps, and level beyond the ends of a curve', () => {
    const { maps } = calibrationSchema.parse({
      applied: true,
      maps: [
        { method: 'isotonic', x: [0.2, 0.4], y: [0.1, 0.3] },
        { method: 'platt', slope: 1, intercept: 0 },
      ],
    });
    // A sigmoid of the log-odds themselves changes nothing.
    expect(calibrated({ maps }, 0.3)).toBeCloseTo((0.2 + 0.3) / 2, 12);
    expect(calibrated({ maps }, 0.1)).toBeCloseTo((0.1 + 0.1) / 2, 12);
    expect(calibrated({ maps }, 0.9)).toBeCloseTo((0.3 + 0.9) / 2, 12);
  });

  it('takes log-odds of predictions that are sure, or beyond 0 … 1', () => {
    expect(logOdds(0.5)).toBe(0);
    expect([logOdds(0), logOdds(-3), logOdds(1), logOdds(2)].every(Number.isFinite)).toBe(true);
  });
});
