import { mkdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { machineFault } from './machineFault.js';

const thrownBy = async (work: () => Promise<unknown>) =>
  work().then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );

describe('a place where nothing can be written', () => {
  it('is named, and tried no second time', async () => {
    const readOnly = Object.assign(new Error("EROFS: read-only file system, open '/mnt/out/spec.json'"), {
      code: 'EROFS',
      syscall: 'open',
    });
    const noFolder = await thrownBy(async () => mkdir(`${import.meta.filename}/folder`));
    const ofDuckdb = new Error('IO Error: Cannot open file "/mnt/x": Read-only file system');
    for (const thrown of [readOnly, noFolder, ofDuckdb]) {
      const fault = machineFault(thrown);
      expect(fault).toMatchObject({ code: 'invalid-settings', retriable: false });
      expect(fault?.message).toContain(`nothing can be written there: ${(thrown as Error).message}`);
    }
  });

  it('is none that cannot be read', async () => {
    expect(machineFault(await thrownBy(async () => readFile('/no/such/file')))).toBeUndefined();
  });
});
