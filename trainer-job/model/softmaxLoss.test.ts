import { beforeAll } from 'vitest';
import { useWasm } from '../../test/support/training/backend.js';
import { softmaxLossContract } from '../../test/contracts/softmaxLoss.contract.js';

beforeAll(useWasm);
softmaxLossContract('wasm');
