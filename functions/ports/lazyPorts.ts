/** Ports whose clients are loaded at their first use: most requests need none of them, and a cold start does not wait. */
import type { EventBus } from './eventBus/eventBus.js';
import type { JobLauncher } from './jobLauncher/jobLauncher.js';
import { lazily } from './lazily.js';

export function lazyEventBus(open: () => Promise<EventBus>): EventBus {
  const bus = lazily(open);
  let used = false;
  const use = () => {
    used = true;
    return bus();
  };
  return {
    ready: async () => void (await use()),
    publish: async (event) => (await use()).publish(event),
    subscribe: async (...subscription) => (await use()).subscribe(...subscription),
    deadLetters: async () => (await use()).deadLetters(),
    close: async () => (used ? (await bus()).close() : undefined),
  };
}

export function lazyLauncher(open: () => Promise<JobLauncher>): JobLauncher {
  const launcher = lazily(open);
  return {
    launch: async (request) => (await launcher()).launch(request),
    inspect: async (name) => (await launcher()).inspect(name),
    cancel: async (name) => (await launcher()).cancel(name),
  };
}
