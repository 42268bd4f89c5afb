import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Projects in the order in which their files start. What waits for emulators comes first, for others compute meanwhile; the unit
 * tests come last, for they are short and there are many. Files of one project stand together, since a process is used again only
 * where the next file is of the same project, with all packages that it has loaded.
 */
const PROJECTS = ['emulator', 'system', 'contracts', 'data', 'alone', 'tensorflow', 'unit'];

/** Files that take longest, most seconds first: started last, one of them would run alone in the end. */
const LONGEST = [
  'cloudHost.emulator.test.ts',
  'google.emulator.test.ts',
  'silentPubSub.emulator.test.ts',
  'emulatorHost.emulator.test.ts',
  'controlPlane.emulator.test.ts',
  'listeners.emulator.test.ts',
  'bucketRun.process.test.ts',
  'fuzz.test.ts',
  'batch.process.test.ts',
  'killed.test.ts',
  'main.process.test.ts',
  'bundleFunctions.process.test.ts',
  'commands.test.ts',
  'agreement.test.ts',
  'gcloud.test.ts',
  'csv.test.ts',
  'measurability.integration.test.ts',
  'openapi.test.ts',
  'controlPlane.test.ts',
  'json.test.ts',
  'endlessSql.process.test.ts',
  'realFiles.integration.test.ts',
  'onlineRetail.process.test.ts',
  'export.process.test.ts',
  'tensorMemory.test.ts',
  'reproduce.process.test.ts',
  'ratings.integration.test.ts',
  'everyOperation.test.ts',
  'vertexCustomJobLauncher.test.ts',
];

/** Sorts test files by their project, then the longest first, then as vitest does: by what it remembers of them or by their size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- It is vitest's method, and no array is sorted in place.
    const sorted = await super.sort(files);
    const rank = (list: readonly string[], name: string): number => {
      const found = list.indexOf(name);
      return found === -1 ? list.length : found;
    };
    const nameOf = ({ moduleId }: TestSpecification) => basename(moduleId);
    return sorted.toSorted(
      (a, b) =>
        rank(PROJECTS, a.project.name) - rank(PROJECTS, b.project.name) ||
        rank(LONGEST, nameOf(a)) - rank(LONGEST, nameOf(b)),
    );
  }
}
