/**
 * The feed of a Trainyard server: `GET /api/stream`, one connection for all topics of the page but logs. Another choice of topics is another
 * connection, which tells everything again: a log, which may have a hundred thousand lines, has its own.
 */
import type { FeedEvent } from '@trainyard/shared/feed/event';
import { createParser } from 'eventsource-parser';
import { errorOf } from '../api/problem.js';
import { send } from '../api/send.js';
import { session } from '../api/session.js';
import type { Feed, FeedStatus } from './feed.js';
import { Listeners } from './listeners.js';
import { TopicStates } from './topicStates.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** The server says something every 15 seconds: a stream that is silent for so long is dead, whatever the browser thinks. */
const SILENCE_MS = 45_000;
/** Views that change at once, as at a click, change the connection once. */
const SETTLE_MS = 20;

export class StreamFeed implements Feed {
  private readonly states = new TopicStates();
  private readonly listeners = new Map<string, Set<() => void>>();
  private readonly statusListeners = new Listeners();
  private current: FeedStatus = 'connecting';
  private readonly logs: TopicStream;
  private readonly others: TopicStream;

  constructor(ask: typeof send = askForStream) {
    const streamOf = (isOurs: (topic: string) => boolean) =>
      new TopicStream(ask, {
        topics: () => [...this.listeners.keys()].filter(isOurs),
        onBegin: (topics) => this.states.begin(topics),
        onEvent: (event) => this.take(event),
        onStatus: () => this.say(),
      });
    this.logs = streamOf(isLog);
    this.others = streamOf((topic) => !isLog(topic));
  }

  subscribe(topic: string, onChange: () => void): () => void {
    const own = this.listeners.get(topic) ?? new Set();
    const isNew = own.size === 0;
    own.add(onChange);
    this.listeners.set(topic, own);
    if (isNew) this.streamOf(topic).connectSoon(SETTLE_MS);
    return () => {
      own.delete(onChange);
      if (own.size > 0) return;
      this.listeners.delete(topic);
      this.streamOf(topic).connectSoon(SETTLE_MS);
    };
  }

  state(topic: string) {
    return this.states.state(topic);
  }

  status(): FeedStatus {
    return this.current;
  }

  onStatus(onChange: () => void): () => void {
    return this.statusListeners.add(onChange);
  }

  private streamOf(topic: string): TopicStream {
    return isLog(topic) ? this.logs : this.others;
  }

  private take(event: FeedEvent): void {
    for (const listener of this.listeners.get(this.states.add(event)) ?? []) listener();
  }

  /** Waiting while any connection waits. */
  private say(): void {
    const isAway = this.logs.status === 'waiting' && this.others.status === 'live';
    const status = isAway ? 'waiting' : this.others.status;
    if (status === this.current) return;
    this.current = status;
    this.statusListeners.call();
  }
}

/** What serves the page may hold answers back until they are whole: the server says where it does not. */
async function askForStream(path: string, init?: RequestInit): Promise<Response> {
  const { streamOrigin } = await session.signIn();
  return send(`${streamOrigin ?? ''}${path}`, init);
}

const isLog = (topic: string) => topic.startsWith('logs:');

interface Heard {
  /** What is watched now. */
  topics: () => readonly string[];
  onBegin: (topics: readonly string[]) => void;
  onEvent: (event: FeedEvent) => void;
  onStatus: () => void;
}

/** One connection, which is made again where it breaks and where other topics are watched. */
class TopicStream {
  status: FeedStatus = 'connecting';
  private connection: AbortController | undefined;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;

  constructor(
    private readonly ask: typeof send,
    private readonly heard: Heard,
  ) {}

  connectSoon(pauseMs: number): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => void this.connect(), pauseMs);
  }

  private async connect(): Promise<void> {
    this.connection?.abort();
    this.connection = undefined;
    const topics = this.heard.topics();
    if (topics.length === 0) return this.say('connecting');
    const connection = new AbortController();
    this.connection = connection;
    try {
      await this.follow(topics, connection);
    } catch {
      // Whatever it was: the page says that it waits, and tries again.
    }
    if (this.connection !== connection) return;
    this.say('waiting');
    this.connectSoon(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures));
    this.failures += 1;
  }

  private async follow(topics: readonly string[], connection: AbortController): Promise<void> {
    const query = new URLSearchParams({ topics: topics.join(',') });
    const response = await this.ask(`/api/stream?${query}`, {
      headers: { accept: 'text/event-stream' },
      signal: connection.signal,
    });
    if (!response.ok || !response.body) throw await errorOf(response);
    this.heard.onBegin(topics);
    this.say('live');
    this.failures = 0;
    const parser = createParser({
      onEvent: ({ event, data }) => this.heard.onEvent({ event, data: JSON.parse(data) } as FeedEvent),
    });
    const silent = () => connection.abort();
    let watchdog = setTimeout(silent, SILENCE_MS);
    try {
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(watchdog);
        watchdog = setTimeout(silent, SILENCE_MS);
        parser.feed(part.value);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  private say(status: FeedStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.heard.onStatus();
  }
}
