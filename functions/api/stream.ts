/** A run as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import {
  epochSchema,
  isTerminal,
  paths,
  STAGES,
  stageSchema,
  type Epoch,
  type Run,
  type Stage,
  type StreamEvent,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import type { Response } from '../http/request.js';
import type { DocumentChange } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { listEpochs, listStages, parseRun, viewOf } from '../runs/repository.js';
import { openEventStream } from './openEventStream.js';
import { SentRows } from './sentRows.js';

/**
 * Sends what is stored, in the order of time, and then every change, until the run has ended or the client has gone. The last event is the ended run;
 * every stage and epoch stored by then has been sent before it. `lastEventId` is the id of the last event that the client has:
 * of stages and epochs it is sent the rest.
 */
export async function streamRun(
  cp: Pick<ControlPlane, 'store' | 'log'>,
  runId: string,
  lastEventId: string | undefined,
  response: Response,
): Promise<void> {
  const sender = new Sender(response, SentRows.parse(lastEventId));
  const stored = await storedRows(cp, runId);
  await openEventStream(cp, response, { runId }, (fail, finish) => {
    for (const row of stored) sender.row(row);
    const onRun = (run: Run) => {
      if (!isTerminal(run.status)) return sender.run(run);
      sendEnd(cp, run, sender).then(finish, fail);
    };
    return [
      cp.store.watch(
        { query: queries.stages(runId) },
        eachSet((data) => sender.stage(stageSchema.parse(data))),
        fail,
      ),
      cp.store.watch(
        { query: queries.epochs(runId) },
        eachSet((data) => sender.epoch(epochSchema.parse(data))),
        fail,
      ),
      cp.store.watch(
        { document: paths.run(runId) },
        eachSet((data) => onRun(parseRun({ path: '', data }))),
        fail,
      ),
    ];
  });
}

async function sendEnd(cp: Pick<ControlPlane, 'store'>, run: Run, sender: Sender): Promise<void> {
  for (const row of await storedRows(cp, run.runId)) sender.row(row);
  sender.run(run);
}

type Row = Stage | Epoch;

/** The stages and epochs of a run as they came; where two came at once, as a run does them: epochs before the end of `train`. */
async function storedRows({ store }: Pick<ControlPlane, 'store'>, runId: string): Promise<Row[]> {
  const [stages, epochs] = await Promise.all([listStages(store, runId), listEpochs(store, runId)]);
  return [...stages, ...epochs].toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || placeOf(a) - placeOf(b),
  );
}

/** Where in a run a row belongs: stages are 0, 1, 2, …, and the epochs lie between the last of the data and `train`. */
function placeOf(row: Row): number {
  if ('stage' in row) return STAGES.indexOf(row.stage);
  return STAGES.indexOf('train') - 1 / (1 + row.epoch);
}

function eachSet(
  handle: (data: Record<string, unknown>) => void,
): (changes: readonly DocumentChange[]) => void {
  return (changes) => {
    for (const change of changes) if (change.kind === 'set') handle(change.document.data);
  };
}

/** What a client has not read yet may be so much before the run itself waits: rows are few, but the run changes each second. */
const MOST_UNREAD_BYTES = 64 * 1024;

/** Writes events, each row of an attempt once. A client that reads slowly is sent the newest of the run, not all of it. */
class Sender {
  private newest: Run | undefined;

  constructor(
    private readonly response: Response,
    private readonly sent: SentRows,
  ) {}

  run(run: Run): void {
    if (isTerminal(run.status) || this.response.writableLength < MOST_UNREAD_BYTES) {
      this.newest = undefined;
      return this.write({ event: 'run', data: viewOf(run) });
    }
    if (!this.newest) this.response.once('drain', () => this.catchUp());
    this.newest = run;
  }

  private catchUp(): void {
    const run = this.newest;
    this.newest = undefined;
    if (run) this.run(run);
  }

  row(row: Row): void {
    if ('stage' in row) this.stage(row);
    else this.epoch(row);
  }

  stage(stage: Stage): void {
    if (this.sent.addStage(stage.stage, stage.attempt)) this.write({ event: 'stage', data: stage });
  }

  epoch(epoch: Epoch): void {
    if (this.sent.addEpoch(epoch.epoch, epoch.attempt)) this.write({ event: 'epoch', data: epoch });
  }

  private write({ event, data }: StreamEvent): void {
    if (!this.response.writableEnded)
      this.response.write(`id: ${this.sent.toString()}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
