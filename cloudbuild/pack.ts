/** `npm run pack:recommender [-- FILE]`: writes the recommender as one file, and says how large it is. */
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { packRecommender } from './packRecommender.js';

const file = resolve(process.argv[2] ?? 'recommender/bundle/recommender.js');
await mkdir(dirname(file), { recursive: true });
const { bytes } = await packRecommender(file);
process.stdout.write(`${file}: ${bytes} bytes\n`);
