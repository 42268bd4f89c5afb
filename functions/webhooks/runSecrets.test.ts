import { deriveRunSecret } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { keepRunSecrets, runSecrets } from './runSecrets.js';

const config = { masterSecret: 'new', formerMasterSecrets: ['old'] };

describe('the secrets of an attempt', () => {
  it('are the same kept or derived, and follow the master secrets of now', () => {
    const derived = ['new', 'old'].map((master) => deriveRunSecret(master, 'run', 2));
    expect(runSecrets(config, 'run', 2)).toEqual(derived);
    keepRunSecrets(config, 'run', 2, derived);
    expect(runSecrets(config, 'run', 2)).toEqual(derived);
    expect(runSecrets({ masterSecret: 'old', formerMasterSecrets: [] }, 'run', 2)).toEqual(derived.slice(1));
    expect(runSecrets(config, 'run', 3)).not.toEqual(derived);
  });

  it('are right of each of more attempts than are kept', () => {
    const attempts = Array.from({ length: 1_200 }, (_, i) => i + 1);
    for (const attempt of attempts)
      keepRunSecrets(config, 'many', attempt, runSecrets(config, 'many', attempt));
    for (const attempt of [1, 699, 701, 1_200])
      expect(runSecrets(config, 'many', attempt)[0]).toBe(deriveRunSecret('new', 'many', attempt));
  });
});
