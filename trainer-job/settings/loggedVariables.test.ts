import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loggedVariables } from './loggedVariables.js';

describe('logged environment variables', () => {
  it('are those of the prefixes, and of prefixes that are added, in the order of their names', () => {
    const logged = loggedVariables({
      TRAINYARD_WORKERS: '2',
      OMP_NUM_THREADS: '4',
      HOME: '/root',
      SHOP_REGION: 'west',
      PATH: '/bin',
      TRAINYARD_LOGGED_VARIABLES: 'SHOP_, TEAM_',
    });
    expect(Object.entries(logged)).toEqual([
      ['OMP_NUM_THREADS', '4'],
      ['SHOP_REGION', 'west'],
      ['TRAINYARD_LOGGED_VARIABLES', 'SHOP_, TEAM_'],
      ['TRAINYARD_WORKERS', '2'],
    ]);
  });

  it.each([
    ['TRAINYARD_MASTER_SECRET', 'abc'],
    ['TF_API_KEY', 'abc'],
    ['NODE_AUTH_TOKEN', 'abc'],
    ['TRAINYARD_DB_PASSWORD', 'abc'],
    ['TRAINYARD_THING', 'whsec_YWJj'],
    ['TRAINYARD_THING', 'Bearer abc'],
    ['TRAINYARD_THING', 'eyJhbGciOiJIUzI1NiJ9.e30.x'],
    ['TRAINYARD_THING', '-----BEGIN PRIVATE KEY-----'],
    ['TRAINYARD_THING', 'ghp_0123456789abcdefghijABCDEFGHIJ012345'],
  ])('never show the secret of %s=%s', (name, value) => {
    expect(loggedVariables({ [name]: value })).toEqual({ [name]: '***' });
  });

  it('show a URL without its user and password', () => {
    expect(loggedVariables({ TRAINYARD_MIRROR: 'https://ana:pw@host.example/x' })).toEqual({
      TRAINYARD_MIRROR: 'https://***@host.example/x',
    });
  });

  it('are at most 100, of at most 1000 characters each', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^TF_[A-Z]{1,9}$/), fc.string(), { maxKeys: 200 }),
        (given) => {
          const logged = loggedVariables({ ...given, TF_LONG: 'x'.repeat(5000) });
          expect(Object.keys(logged).length).toBeLessThanOrEqual(100);
          for (const value of Object.values(logged)) expect(value.length).toBeLessThanOrEqual(1000);
        },
      ),
    );
  });
});
