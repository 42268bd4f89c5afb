/**
 * The functions framework runs each request in a domain of Node. Its first one has every promise of the process watched from then
 * on, also those of the tests to come, which takes a sixth of their time. What stands in its place here watches nothing: what a
 * function throws outside of its promise fails the test run, where a domain would answer with status 500.
 */
import { createRequire, Module } from 'node:module';

/** The part of a domain that the framework uses. */
interface Domain {
  on: () => Domain;
  run: (work: () => void) => void;
  bind: <T>(callback: T) => T;
}

function create(): Domain {
  const domain: Domain = {
    on: () => domain,
    run(work) {
      // The framework asks for the domain in the one tick that `work` puts off: it stands between these two.
      process.nextTick(() => setCurrent(domain));
      work();
      process.nextTick(() => setCurrent(undefined));
    },
    bind: (callback) => callback,
  };
  return domain;
}

const setCurrent = (domain: Domain | undefined) => void Object.assign(process, { domain });

// A package that asks for `domain`, not `node:domain`, is given what the cache has under that name.
createRequire(import.meta.url).cache['domain'] = Object.assign(new Module('domain'), {
  exports: { create },
  loaded: true,
});
