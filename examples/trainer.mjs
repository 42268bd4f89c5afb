// A trainer of its own, with nothing but Node: it learns how popular each item is, by gradient descent on the softmax of one
// number an item, and speaks to the control plane as docs/trainer-contract.md says. It reads JSON lines with a column of items.
import { createHmac } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const { SPEC_URI, ARTIFACT_URI, CALLBACK_URL, RUN_SECRET, ATTEMPT } = process.env;
const key = Buffer.from(RUN_SECRET.replace(/^whsec_/, ''), 'base64');
let seq = 0;

/** Sends one callback until it is answered. When the answer is to stop, the process ends with exit code 143. */
async function report(kind, parts) {
  const id = `attempt-${ATTEMPT}-${++seq}`;
  const body = JSON.stringify({ attempt: Number(ATTEMPT), seq, sentAt: new Date().toISOString(), ...parts });
  for (let wait = 500; ; wait = Math.min(2 * wait, 30_000)) {
    const time = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
    const signed = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${mac}` };
    const headers = { 'content-type': 'application/json', 'trainyard-attempt': ATTEMPT, ...signed };
    const request = { method: 'POST', headers, body, signal: AbortSignal.timeout(15_000) };
    const answer = await fetch(`${CALLBACK_URL}/${kind}`, request).catch(() => undefined);
    if (answer?.ok && (await answer.json()).command === 'stop' && kind !== 'completed') process.exit(143);
    if (answer?.ok) return;
    const mayPass = !answer || answer.status === 408 || answer.status === 429 || answer.status >= 500;
    if (!mayPass) throw new Error(`${kind} was refused with ${answer.status}: ${await answer.text()}`);
    await pause(wait * (0.5 + Math.random() / 2));
  }
}

const { dataset, features, training } = JSON.parse(await readFile(fileURLToPath(SPEC_URI), 'utf8'));
const { column } = features.candidate.find(({ id }) => id);
let began = performance.now();
const rows = (await readFile(dataset.source.uri, 'utf8')).trimEnd().split('\n');
const share = new Map();
for (const row of rows) {
  const item = JSON.parse(row)[column];
  share.set(item, (share.get(item) ?? 0) + 1 / rows.length);
}
const seconds = () => (performance.now() - began) / 1000;
const counts = { rows: rows.length, items: share.size };
await report('stage-complete', { stage: 'ingest', seconds: seconds(), cacheHit: false, counts });

const score = new Map([...share.keys()].map((item) => [item, 0]));
let [loss, speed] = [0, 0];
for (let epoch = 1; epoch <= training.epochs; epoch++) {
  began = performance.now();
  const total = [...score.values()].reduce((sum, x) => sum + Math.exp(x), 0);
  loss = [...score].reduce((sum, [item, x]) => sum + share.get(item) * (Math.log(total) - x), 0);
  for (const [item, x] of score) score.set(item, x + 10 * (share.get(item) - Math.exp(x) / total));
  speed = rows.length / seconds();
  const pace = { seconds: seconds(), examples: rows.length, examplesPerSecond: speed };
  await report('epoch-complete', { epoch, metrics: { loss }, ...pace });
}
await mkdir(fileURLToPath(ARTIFACT_URI), { recursive: true });
await writeFile(`${fileURLToPath(ARTIFACT_URI)}/popularity.json`, JSON.stringify([...score]));
const artifacts = { popularity: `${ARTIFACT_URI}/popularity.json` };
const epochs = { epochsTrained: training.epochs, bestEpoch: training.epochs, earlyStoppedAtEpoch: null };
const numbers = { metrics: { loss }, baselines: {}, backend: 'cpu', examplesPerSecond: speed };
await report('completed', { result: { ...numbers, ...epochs, artifacts } });
