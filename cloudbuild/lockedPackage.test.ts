import { describe, expect, it } from 'vitest';
import { lockedPackage, type Lock } from './lockedPackage.js';

const lock: Lock = {
  version: '1.2.3',
  packages: {
    functions: { dependencies: { client: '2.0.0', sdk: '1.0.0', admin: '5.0.0', unused: '1.0.0' } },
    'node_modules/client': { version: '1.0.0' },
    'functions/node_modules/client': { version: '2.0.0', dependencies: { wire: '^1.0.0', retry: '^1.0.0' } },
    'functions/node_modules/client/node_modules/wire': { version: '1.9.0' },
    'node_modules/wire': { version: '3.0.0' },
    'node_modules/retry': { version: '1.0.0', optionalDependencies: { native: '1.0.0' } },
    'node_modules/sdk': {
      version: '1.0.0',
      peerDependencies: { admin: '>=4', types: '*' },
      peerDependenciesMeta: { types: { optional: true } },
    },
    'node_modules/admin': { version: '5.0.0' },
    'node_modules/types': { version: '1.0.0' },
    'node_modules/unused': { version: '1.0.0' },
  },
};
const wanted = (packages: string[]) => ({ name: 'f', main: 'f.js', workspace: 'functions', packages });

describe('what a function is deployed with', () => {
  it('is what it imports, in the versions of the workspace, and what that needs', () => {
    const { manifest, packageLock, installed } = lockedPackage(lock, wanted(['client']));
    expect(manifest).toMatchObject({ main: 'f.js', version: '1.2.3', dependencies: { client: '2.0.0' } });
    expect(installed).toEqual([
      'functions/node_modules/client',
      'functions/node_modules/client/node_modules/wire',
      'node_modules/retry',
    ]);
    expect(Object.keys(packageLock['packages'] as object)).toEqual([
      '',
      'node_modules/client',
      'node_modules/client/node_modules/wire',
      'node_modules/retry',
    ]);
  });

  it('has the peers that are wanted at run time, and none that may be missing', () => {
    const { manifest, installed } = lockedPackage(lock, wanted(['sdk']));
    expect(manifest['dependencies']).toEqual({ admin: '5.0.0', sdk: '1.0.0' });
    expect(installed).toEqual(['node_modules/admin', 'node_modules/sdk']);
  });

  it('is nothing that the workspace does not name', () => {
    expect(() => lockedPackage(lock, wanted(['retry']))).toThrow(
      /functions\/package.json does not name retry/,
    );
    expect(() => lockedPackage(lock, wanted(['nowhere']))).toThrow(/npm install/);
  });
});
