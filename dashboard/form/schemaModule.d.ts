declare module 'virtual:specification-schema' {
  import type { JsonSchema } from './schemaAt.js';

  const schema: JsonSchema;
  export default schema;
}
