import { z } from 'zod';
import { described } from '../described.js';

export const runNameSchema = described(z.string(), 'The name that people use for the run.', 'shop#47');
