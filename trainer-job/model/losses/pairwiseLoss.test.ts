import { beforeAll } from 'vitest';
import { pairwiseLossContract } from '../../../test/contracts/pairwiseLoss.contract.js';
import { useWasm } from '../../../test/support/training/backend.js';

beforeAll(useWasm);
pairwiseLossContract('wasm');
