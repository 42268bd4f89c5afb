import { describe, expect, it } from 'vitest';
import { cachingOf, pageHeaders, type PageSources } from './pageHeaders.js';

/** The sources of each directive of the policy. */
function policyOf(sources: PageSources = {}): Record<string, string> {
  const policy = pageHeaders(sources)['content-security-policy'] ?? '';
  return Object.fromEntries(policy.split('; ').map((part) => part.split(/ (.*)/s).slice(0, 2)));
}

const firebase = { apiKey: 'k', authDomain: 'shop.firebaseapp.com', firestoreEmulator: null };

describe('the policy of the page', () => {
  it('allows its own origin alone where it takes nothing from elsewhere', () => {
    const other = Object.values(policyOf()).filter((sources) => !["'self'", "'none'"].includes(sources));
    expect(other).toEqual([]);
    expect(policyOf()).not.toHaveProperty('frame-src');
  });

  it('lets it ask for streams at their origin', () => {
    const streamOrigin = 'https://api.example';
    expect(policyOf({ streamOrigin })['connect-src']).toBe("'self' https://api.example");
  });

  it('lets it sign people in at the Firebase project, and listen to it, and nothing else', () => {
    const changed = Object.entries(policyOf({ firebase })).filter(
      ([name, sources]) => policyOf()[name] !== sources,
    );
    expect(Object.fromEntries(changed)).toEqual({
      'script-src': "'self' https://apis.google.com",
      'connect-src':
        "'self' https://identitytoolkit.googleapis.com https://securetoken.googleapis.com https://firestore.googleapis.com",
      'frame-src': 'https://shop.firebaseapp.com',
    });
  });

  it('lets it listen to an emulator in place of the project, where nobody signs in', () => {
    const emulator = { ...firebase, firestoreEmulator: '127.0.0.1:8081' };
    expect(policyOf({ firebase: emulator })).toEqual({
      ...policyOf(),
      'connect-src': "'self' http://127.0.0.1:8081",
    });
  });
});

it('only what is named after its content is kept', () => {
  expect(cachingOf('assets/index-abc.js')).toMatch(/max-age=31536000, immutable/);
  expect(['', 'index.html', 'icon.svg', 'runs/assets/x'].map(cachingOf)).toEqual(Array(4).fill('no-cache'));
});
