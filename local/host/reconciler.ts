/** Calls `work` again and again, never twice at once. */
export interface Reconciler {
  /** Soon, beside the regular calls: what happened should not wait for the next one. */
  poke(): void;
  /** No more calls; resolves when the one under way is done. */
  stop(): Promise<void>;
}

export function startReconciler(
  work: () => Promise<void>,
  everyMs: number,
  onError: (error: unknown) => void,
): Reconciler {
  const state = { again: false, stopped: false };
  let running: Promise<void> | null = null;
  const run = async () => {
    do {
      state.again = false;
      try {
        await work();
      } catch (error) {
        // The next call tries again; nothing is lost but time.
        onError(error);
      }
    } while (state.again && !state.stopped);
    running = null;
  };
  const poke = () => {
    if (state.stopped) return;
    if (running) state.again = true;
    else running = run();
  };
  const timer = setInterval(poke, everyMs);
  poke();
  return {
    poke,
    async stop() {
      state.stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
