import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The raw Online Retail purchases, which are handed out beside the repository; undefined where they are not. */
export const onlineRetail: string | undefined = [
  fileURLToPath(new URL('../../../../shared/data/online-retail.parquet', import.meta.url)),
].find((file) => existsSync(file));

if (!onlineRetail)
  console.warn('tests on Online Retail are skipped: there is no ../shared/data/online-retail.parquet');
