import type { FeedEvent } from '@trainyard/shared';
import type { Response } from '../../http/request.js';

/** What a client has not read yet may be so much before things wait here instead of in the connection. */
const MOST_UNREAD_BYTES = 64 * 1024;

/**
 * Events on their way to a client, as Server-Sent Events. For one that reads slowly the newest of each thing is kept, at the place of
 * what it replaces: what waits is never more than the things themselves, and `ready` comes after all that was told before it.
 */
export class Outgoing {
  private readonly waiting = new Map<string, string>();
  private waitsForDrain = false;

  constructor(private readonly response: Response) {}

  send(event: FeedEvent): void {
    const { topic } = event.data;
    const thing = event.event === 'ready' ? '' : event.data.key;
    this.waiting.set(`${topic} ${thing}`, `event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`);
    if (!this.waitsForDrain) this.flush();
  }

  private flush(): void {
    for (const [key, text] of this.waiting) {
      if (this.response.writableEnded) return this.waiting.clear();
      if (this.response.writableLength >= MOST_UNREAD_BYTES) return this.flushWhenRead();
      this.waiting.delete(key);
      this.response.write(text);
    }
  }

  private flushWhenRead(): void {
    this.waitsForDrain = true;
    this.response.once('drain', () => {
      this.waitsForDrain = false;
      this.flush();
    });
  }
}
