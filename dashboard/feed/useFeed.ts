import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';
import { type Feed, type FeedStatus, NOTHING_YET, type TopicState } from './feed.js';

const FeedContext = createContext<Feed | undefined>(undefined);
export const FeedProvider = FeedContext.Provider;

function useFeed(): Feed {
  const feed = useContext(FeedContext);
  if (!feed) throw new Error('a view stands outside FeedProvider');
  return feed;
}

/** What is known of a topic, as it changes; nothing of none. */
export function useTopic(topic: string | undefined): TopicState {
  const feed = useFeed();
  const subscribe = useCallback(
    (onChange: () => void) => (topic === undefined ? () => {} : feed.subscribe(topic, onChange)),
    [feed, topic],
  );
  return useSyncExternalStore(subscribe, () => (topic === undefined ? NOTHING_YET : feed.state(topic)));
}

export function useFeedStatus(): FeedStatus {
  const feed = useFeed();
  return useSyncExternalStore(
    useCallback((onChange: () => void) => feed.onStatus(onChange), [feed]),
    () => feed.status(),
  );
}
