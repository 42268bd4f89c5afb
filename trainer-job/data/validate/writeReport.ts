import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { REPORT_FILES, type ReportFile } from '@trainyard/shared/profile/reportFiles';
import { renderPage } from './page/renderPage.js';
import type { Profile } from '@trainyard/shared/profile/profile';
import type { WrittenValidation } from './report.js';
import { schemaOf } from './schema.js';

/** Writes the report into `folder`, for programs and for people. */
export async function writeReport(
  folder: string,
  report: { profile: Profile; validation: WrittenValidation; reference: Profile | null },
): Promise<void> {
  await makeFolder(folder);
  const { profile, validation } = report;
  const contents: Record<ReportFile, string> = {
    'profile.json': jsonText(profile),
    'schema.json': jsonText(schemaOf(profile)),
    'validation.json': jsonText(validation),
    'profile.html': renderPage(report),
  };
  await Promise.all(REPORT_FILES.map((name) => writeFile(join(folder, name), contents[name])));
}

/** Writes `validation.json` anew, once it is known what has been corrected. */
export async function rewriteValidation(folder: string, validation: WrittenValidation): Promise<void> {
  const file: ReportFile = 'validation.json';
  await writeFile(join(folder, file), jsonText(validation));
}

const jsonText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
