/** Jobs as files in a folder: how the launcher of a host under test and the trainers of the harness hear of each other. */
import { existsSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The environment of a launched attempt, as far as a trainer without data needs it. */
const launchedJobSchema = z.object({
  RUN_ID: z.string(),
  MODEL_VERSION: z.string(),
  ATTEMPT: z.coerce.number(),
  CALLBACK_URL: z.string(),
  RUN_SECRET: z.string(),
});
export type LaunchedJob = z.infer<typeof launchedJobSchema>;

const endSchema = z.object({ exitCode: z.number().nullable() });

export class JobFiles {
  constructor(private readonly folder: string) {}

  /** False when the job was there: the file appears whole, and once. */
  create(name: string, environment: Readonly<Record<string, string>>): boolean {
    const fresh = this.file(name, `${process.pid}.fresh`);
    writeFileSync(fresh, JSON.stringify(environment));
    try {
      linkSync(fresh, this.file(name, 'job'));
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(fresh);
    }
  }

  exists(name: string): boolean {
    return existsSync(this.file(name, 'job'));
  }

  /** The names of all jobs that were ever launched. */
  names(): string[] {
    const ending = '.job';
    return readdirSync(this.folder).flatMap((file) =>
      file.endsWith(ending) ? [file.slice(0, -ending.length)] : [],
    );
  }

  read(name: string): LaunchedJob {
    return launchedJobSchema.parse(JSON.parse(readFileSync(this.file(name, 'job'), 'utf8')));
  }

  cancel(name: string): void {
    writeFileSync(this.file(name, 'cancel'), '');
  }

  isCancelled(name: string): boolean {
    return existsSync(this.file(name, 'cancel'));
  }

  end(name: string, exitCode: number | null): void {
    const fresh = this.file(name, 'ending');
    writeFileSync(fresh, JSON.stringify({ exitCode }));
    renameSync(fresh, this.file(name, 'end'));
  }

  /** Undefined while it goes on. */
  ended(name: string): { exitCode: number | null } | undefined {
    const file = this.file(name, 'end');
    return existsSync(file) ? endSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  }

  private file(name: string, kind: string): string {
    return join(this.folder, `${name}.${kind}`);
  }
}
