// A thread that decodes and augments training images; see loader.ts.
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { createImageCache } from './image-cache.ts';
import type { LoadRequest, LoadSettings } from './load-protocol.ts';
import { makeSamples } from './make-samples.ts';

const port = parentPort;
if (!port) throw new Error('load-worker must run as a worker thread');

// There is a worker per core, and image-cache.ts caches the decoded images.
sharp.concurrency(1);
sharp.cache(false);

const settings: LoadSettings = workerData;
const cache = createImageCache(settings.cacheBytes);
let queue = Promise.resolve();

port.on('message', (request: LoadRequest) => {
  // An unexpected failure stays unhandled: it ends the worker, and the loader reports it.
  queue = queue.then(async () => {
    const reply = await makeSamples(settings, cache, request);
    port.postMessage(reply, [reply.lr.buffer, reply.hr.buffer]);
  });
});
