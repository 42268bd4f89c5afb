import { expect, it } from 'vitest';
import { runFuzz, type FuzzFinding } from '../../bench/fuzz/experiment.js';
import { mismatches } from '../support/openapiCheck.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const brief = ({ kind, status, detail, request: { what, path } }: FuzzFinding) =>
  `${kind}: ${what}, ${path.slice(0, 200)}: ${status} ${detail.slice(0, 500)}`;

it('generated requests get no server error, those refused write nothing, and all is as the OpenAPI document says', async () => {
  const differences: string[] = [];
  const result = await runFuzz({
    seed: 3,
    requests: 5_000,
    folder: await temporaryFolder(),
    observe: (request, answer) => {
      // The server's own answers to what is no HTTP that it knows, or no path; no function has seen it.
      if (answer.text === '' && [400, 417, 431].includes(answer.status)) return;
      if (request.path.startsWith('*')) return;
      for (const what of mismatches(request.of, request, answer))
        differences.push(`${request.what}: ${what.slice(0, 500)}`);
    },
    onProgress: () => {},
  });
  expect(result.findings.map(brief)).toEqual([]);
  expect(differences).toEqual([]);
  const { sent, accepted, refused, neverAccepted, unansweredFor } = result;
  expect(unansweredFor).toEqual({});
  // Otherwise it would not have been put to the test. A few need more luck than there is in so few requests.
  expect(neverAccepted.length).toBeLessThan(10);
  expect(Math.min(...Object.values(sent), accepted, refused)).toBeGreaterThan(70);
}, 400_000);
