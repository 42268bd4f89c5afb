/** `npm run package:recommender [-- FOLDER]`: writes the recommender as a package, for `npm pack` and `npm publish`. */
import { resolve } from 'node:path';
import { writeRecommenderPackage } from './recommenderPackage.js';

const folder = resolve(process.argv[2] ?? 'recommender/bundle/package');
await writeRecommenderPackage(folder);
process.stdout.write(`${folder}\n`);
