// The thread that decodes and prepares training images; see loader.ts.
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { createImageCache } from './image-cache.ts';
import type { LoadRequest, LoadSettings } from './load-protocol.ts';
import { makeSamples } from './make-samples.ts';

const port = parentPort;
if (!port) throw new Error('load-worker runs as a worker thread only');

// Every worker is one thread of its own; the files are cached decoded, in image-cache.ts.
sharp.concurrency(1);
sharp.cache(false);

const settings: LoadSettings = workerData;
const cache = createImageCache(settings.cacheBytes);
let earlier = Promise.resolve();

port.on('message', (request: LoadRequest) => {
  // An unforeseen failure is left unhandled: it ends the worker, and the loader reports it.
  earlier = earlier.then(async () => {
    const reply = await makeSamples(settings, cache, request);
    port.postMessage(reply, [reply.lr.buffer, reply.hr.buffer]);
  });
});
