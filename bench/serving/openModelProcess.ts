/** Opens a folder in a process of its own: prints the milliseconds until it has answered once, and by how much resident memory has grown. */
import { open } from '@trainyard/recommender/node';

const [folder = ''] = process.argv.slice(2);
const collect = () => (globalThis as { gc?: () => void }).gc?.();
collect();
const before = process.memoryUsage.rss();
const begun = performance.now();
const model = await open(folder);
const milliseconds = performance.now() - begun;
model.recommend({ user: 'u1' }, { k: 100, exclude: 'seen' });
collect();
const grown = process.memoryUsage.rss() - before;
process.stdout.write(JSON.stringify({ milliseconds, grown }));
