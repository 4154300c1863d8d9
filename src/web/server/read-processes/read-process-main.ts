import module from 'node:module';
import {extname} from 'node:path';
import {Worker} from 'node:worker_threads';

/** TypeScript in `src`, JavaScript in `dist`. */
const extension = extname(import.meta.url);

// Like `bin/ctr.js`, before anything else is loaded: a request may be waiting for this process.
module.enableCompileCache?.();
const argv = process.argv.slice(2);
new Worker(new URL(`./lifeline${extension}`, import.meta.url), {argv, execArgv: []}).unref();
await import(new URL(`./serve-reads${extension}`, import.meta.url).href);
