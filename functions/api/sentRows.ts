import { STAGES, type StageName } from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';

const STAGE = String.raw`\d\.\d{1,6}`;
const EPOCHS = String.raw`\d{1,6}-\d{1,6}\.\d{1,6}`;
/** The id of an event, or nothing. Read in one way only, so that no text takes long. */
export const EVENT_ID = new RegExp(`^(s(${STAGE}(_${STAGE})*)?e(${EPOCHS}(_${EPOCHS})*)?)?$`);
export const MAX_EVENT_ID_LENGTH = 4000;

interface Range {
  attempt: number;
  /** Epochs, both included. */
  from: number;
  to: number;
}

/**
 * Which rows of a run a stream has sent. Its text is the id of each event, so that a client that comes back with
 * `Last-Event-ID` is sent exactly the rest: rows may arrive in any order, so one number would not tell. Text:
 * `s0.1_1.1e1-14.1_15-15.2` for stages 0 and 1 and epochs 1 to 14 of attempt 1, and epoch 15 of attempt 2.
 */
export class SentRows {
  private readonly stages = new Set<string>();
  private readonly epochs: Range[] = [];

  /** False when the row was sent before. */
  addStage(stage: StageName, attempt: number): boolean {
    const key = `${STAGES.indexOf(stage)}.${attempt}`;
    if (this.stages.has(key)) return false;
    this.stages.add(key);
    return true;
  }

  /** False when the row was sent before. */
  addEpoch(epoch: number, attempt: number): boolean {
    const own = this.epochs.filter((range) => range.attempt === attempt);
    if (own.some(({ from, to }) => from <= epoch && epoch <= to)) return false;
    const before = own.find(({ to }) => to === epoch - 1);
    const after = own.find(({ from }) => from === epoch + 1);
    if (before) before.to = after?.to ?? epoch;
    else if (after) after.from = epoch;
    else this.epochs.push({ attempt, from: epoch, to: epoch });
    if (before && after) this.epochs.splice(this.epochs.indexOf(after), 1);
    return true;
  }

  toString(): string {
    const epochs = this.epochs.map(({ from, to, attempt }) => `${from}-${to}.${attempt}`);
    return `s${[...this.stages].join('_')}e${epochs.join('_')}`;
  }

  /** Nothing was sent where there is no text. */
  static parse(text: string | undefined): SentRows {
    const sent = new SentRows();
    if (text === undefined || text === '') return sent;
    if (text.length > MAX_EVENT_ID_LENGTH || !EVENT_ID.test(text)) {
      const detail = 'Last-Event-ID is not an id of this stream: begin again without it.';
      throw new DomainError('invalid-event-id', detail);
    }
    const [stages = '', epochs = ''] = text.slice(1).split('e');
    for (const stage of stages.split('_').filter(Boolean)) sent.stages.add(stage);
    for (const entry of epochs.split('_').filter(Boolean)) {
      const [from = 0, to = 0, attempt = 0] = entry.split(/[-.]/).map(Number);
      sent.epochs.push({ from, to, attempt });
    }
    return sent;
  }
}
