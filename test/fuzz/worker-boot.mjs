/**
 * A thread does not inherit the loader of TypeScript: it is registered here, then the file given runs.
 */
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
