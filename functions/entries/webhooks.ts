/** What trainers call. */
import { http } from '@google-cloud/functions-framework';
import { answering } from '../http/answers.js';
import { handleWebhook } from '../webhooks/webhooks.js';

http('webhooks', answering('webhooks', handleWebhook));
