import type { HttpFunction } from '@google-cloud/functions-framework';

/** What the framework hands to a function, after it has parsed the body. */
export type Request = Parameters<HttpFunction>[0];
export type Response = Parameters<HttpFunction>[1];
