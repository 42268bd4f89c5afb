import { beforeAll } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { scoreSplitContract } from '../../../test/contracts/scoreSplit.contract.js';

beforeAll(useWasm);
scoreSplitContract('kernel');
