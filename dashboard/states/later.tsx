import { useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { Failure } from './Failure.js';
import { Loading } from './Loading.js';

type Loaded<P> = { Part: ComponentType<P> } | { error: Error };

/**
 * A part of the page whose script is loaded when it is first shown, or when `begin` is called. It is there as soon as it is loaded: React's own
 * `lazy` keeps what stands in its place for 300 ms.
 */
export function later<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  waiting: ReactNode = <Loading />,
): ComponentType<P> & { begin: () => Promise<void> } {
  let loaded: Loaded<P> | undefined;
  let begun: Promise<void> | undefined;
  const begin = () =>
    (begun ??= load().then(
      ({ default: Part }) => {
        loaded = { Part };
      },
      (reason: unknown) => {
        loaded = { error: reason instanceof Error ? reason : new Error(String(reason)) };
      },
    ));
  function Later(props: P) {
    const [shown, show] = useState(loaded);
    useEffect(() => {
      let isGone = false;
      void begin().then(() => {
        if (!isGone) show(loaded);
      });
      return () => {
        isGone = true;
      };
    }, []);
    if (!shown) return waiting;
    // What has failed to load stays so for this document: a browser remembers it, and a newer release has other parts.
    if ('error' in shown)
      return (
        <Failure
          what="This part of the page cannot be loaded"
          error={shown.error}
          retry={() => location.reload()}
        />
      );
    return <shown.Part {...props} />;
  }
  return Object.assign(Later, { begin });
}
