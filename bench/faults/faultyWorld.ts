/** A host that is killed, its store that breaks, the link to it and the trainers behind it: what experiments under faults have in common. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DocumentStore } from '@trainyard/functions/ports/documentStore/documentStore';
import { openFirestoreDocumentStore } from '@trainyard/functions/ports/documentStore/firestoreDocumentStore';
import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { randomFor, type Random } from '@trainyard/trainer-job/model/random';
import { makeFolderSync } from '@trainyard/shared/makeFolder';
import type { StoreSettings } from '../stores/storeAndBus.js';
import { openFaultyLink, type FaultyLink } from './faultyLink.js';
import { Host } from './host.js';
import type { PlannedRun } from './scenario.js';
import { files } from './settings.js';
import { Trainers } from './trainers.js';

export interface WorldOptions {
  seed: number;
  /** An empty folder. */
  folder: string;
  stores: StoreSettings;
  /** The built entry of the host's process. */
  hostProgram: string;
}

export class FaultyWorld {
  kills = 0;
  storeBreaks = 0;
  private readonly began = Date.now();
  private starts = 0;
  private opened: DocumentStore | undefined;

  private constructor(
    private readonly options: WorldOptions,
    private readonly host: Host,
    readonly link: FaultyLink,
    readonly trainers: Trainers,
    private readonly random: Random,
  ) {}

  /** With its host started, and faults on their way. `faults` names the draws of the faults. */
  static async open(
    options: WorldOptions,
    faults: string,
    planOf: (runId: string) => PlannedRun | undefined,
  ): Promise<FaultyWorld> {
    const { seed, folder, hostProgram } = options;
    const [jobs, journals] = [join(folder, files.jobs), join(folder, files.journals)];
    for (const path of [jobs, journals]) makeFolderSync(path);
    const host = new Host(hostProgram);
    const link = await openFaultyLink(() => host.address, randomFor(seed, 'link'));
    const trainers = new Trainers({ jobs, journals, planOf, random: randomFor(seed, 'trainers') });
    const world = new FaultyWorld(options, host, link, trainers, randomFor(seed, faults));
    try {
      await world.startHost(true);
      world.opened = await openStore(options);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** The host's, seen from beside it. */
  get store(): DocumentStore {
    if (!this.opened) throw new Error('the store is opened once the host has started');
    return this.opened;
  }

  /** Kills the host, or breaks its store for up to `breakMs` beyond 300 ms. */
  async oneFault(breakMs: number): Promise<void> {
    if (this.random() < 0.6) {
      await this.host.kill();
      this.kills++;
      await pause(this.random() * 500);
      await this.startHost(true);
    } else {
      this.storeBreaks++;
      this.host.setStore(this.random() < 0.5 ? 'refusing' : 'forgetting');
      await pause(300 + this.random() * breakMs);
      this.host.setStore('whole');
    }
  }

  /** Waits from `leastMs` on for up to `moreMs` beyond that. */
  async wait(leastMs: number, moreMs: number): Promise<void> {
    await pause(leastMs + this.random() * moreMs);
  }

  /** No more faults: the host dies once more, and `between` is called before the next one starts. */
  async endFaults(between: () => void = () => {}): Promise<void> {
    this.link.faulty = false;
    await this.host.kill();
    between();
    await this.startHost(false);
  }

  killHost(): Promise<void> {
    return this.host.kill();
  }

  /** Since it was opened. */
  seconds(): number {
    return Math.round((Date.now() - this.began) / 1000);
  }

  faultsInWords(): string {
    return `faults end after ${this.seconds()} s: ${this.kills} kills, ${this.storeBreaks} breaks of the store`;
  }

  /** Throws what befell the trainers that stand in, if anything did: what was counted says nothing then. */
  checkTrainers(): void {
    const { errors } = this.trainers;
    if (errors.length > 0) throw new AggregateError(errors, 'a fake trainer broke down');
  }

  async close(): Promise<void> {
    await this.host.kill();
    await this.trainers.stop();
    await this.link.close();
    await this.opened?.close();
  }

  private async startHost(faulty: boolean): Promise<void> {
    const { folder, stores, seed } = this.options;
    await this.host.start({ folder, publicUrl: this.link.url, stores, faulty, seed: seed + ++this.starts });
  }
}

async function openStore({ stores, folder }: WorldOptions): Promise<DocumentStore> {
  return stores.kind === 'sqlite'
    ? openSqliteDocumentStore(join(folder, files.documents))
    : openFirestoreDocumentStore({ projectId: stores.projectId, emulator: stores.firestore });
}
