import { beforeAll } from 'vitest';
import { kerasModelContract } from '../../test/contracts/kerasModel.contract.js';
import { useWasm } from '../../test/support/training/backend.js';

beforeAll(useWasm);
kerasModelContract('wasm');
