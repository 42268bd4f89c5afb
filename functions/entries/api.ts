/** What people and programs call. */
import { http } from '@google-cloud/functions-framework';
import { routed } from '../api/router.js';
import { routes } from '../api/routes.js';
import { answering } from '../http/answers.js';

http('api', answering('api', routed(routes)));
