/** `npm run pack:recommender [-- FILE]`: writes the recommender as one file, and says how large it is. */
import { dirname, resolve } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { packRecommender } from './packRecommender.js';

const file = resolve(process.argv[2] ?? 'recommender/bundle/recommender.js');
await makeFolder(dirname(file));
const { bytes } = await packRecommender(file);
process.stdout.write(`${file}: ${bytes} bytes\n`);
