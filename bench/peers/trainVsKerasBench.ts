import { parseArgs } from 'node:util';
import { median, type Bench } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { BACKEND_USAGE, backendOf } from '../training/backend.js';
import { config } from '../environment.js';
import { peerObstacle, runKerasPeer } from './kerasPeer.js';
import { peerSpec } from '../training/peerSpec.js';
import { trainHere } from '../training/trainRun.js';

/** How many times the peer's examples/s each backend must reach; smaller batches, where overhead per op decides, less. */
const BARS: Record<string, { large: number; small: number }> = {
  tensorflow: { large: 12, small: 1.5 },
  wasm: { large: 3, small: 0 },
};
const LARGE_BATCH = 8192;

export const trainVsKeras: Bench = {
  name: 'train-vs-keras',
  claim:
    'examples/s of training against the TensorFlow Recommenders recipe in Keras: same data, batch, objective, cores',
  usage: `${BACKEND_USAGE} [--workers 1] [--batch-size 8192] [--epochs 2] [--rounds 3]   (PYTHON= names the peer’s Python)`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        backend: { type: 'string', default: 'auto' },
        workers: { type: 'string', default: '1' },
        'batch-size': { type: 'string', default: '8192' },
        epochs: { type: 'string', default: '2' },
        rounds: { type: 'string', default: '3' },
      },
    });
    const [batchSize, epochs] = [Number(values['batch-size']), Number(values.epochs)];
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const obstacle = await peerObstacle(config.python);
    if (obstacle) {
      const install = `pip install -r ${config.kerasPeerRequirements}`;
      return { skipped: `${obstacle}: "${install}", and set PYTHON to that Python` };
    }

    const spec = peerSpec(onlineRetail, batchSize, 2 * epochs);
    const backend = await backendOf(values.backend, spec);
    const workers = Number(values.workers);
    // In turns: what else the machine does in these seconds is much the same for both of a round.
    const rounds: { ours: number; peer: number }[] = [];
    while (rounds.length < Number(values.rounds)) {
      // Ours are short, so there are more of them.
      const ours = await trainHere(spec, { workers });
      const peer = await runKerasPeer({
        python: config.python,
        script: config.kerasPeer,
        parquet: onlineRetail,
        batchSize,
        epochs,
      });
      rounds.push({ ours: speed(ours.epochs), peer: speed(peer) });
    }
    const ratio = median(rounds.map(({ ours, peer }) => ours / peer));
    const bar = BARS[backend.name]?.[batchSize < LARGE_BATCH ? 'small' : 'large'] ?? 0;
    return {
      figures: {
        backend: backend.name,
        workers,
        batch_size: batchSize,
        ratio: Number(ratio.toFixed(2)),
        ratios: rounds.map(({ ours, peer }) => (ours / peer).toFixed(1)).join(' '),
        examples_per_second: Math.round(median(rounds.map(({ ours }) => ours))),
        peer_examples_per_second: Math.round(median(rounds.map(({ peer }) => peer))),
      },
      bar: `ratio >= ${bar}`,
      pass: ratio >= bar,
    };
  },
};

/** The first epoch of either has its warm-up: graph tracing there, compilation of hot functions here. */
function speed(epochs: readonly { examplesPerSecond: number }[]): number {
  return median(epochs.slice(Math.min(1, epochs.length - 1)).map((epoch) => epoch.examplesPerSecond));
}
