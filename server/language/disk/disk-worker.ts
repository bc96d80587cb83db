// The disk thread, so that large data sets do not block the language server; see disk-thread.ts.
import { parentPort } from 'node:worker_threads';
import { type DatasetFiles, parseMetaInfo } from '../../../trainer/config/index.ts';
import { datasetFiles } from '../../../trainer/image-files/dataset-files.ts';
import { diagnose } from '../diagnose.ts';
import { openDocument } from '../document.ts';
import { cached } from './cached.ts';
import type { DiskRequest, DiskResponse } from './disk-protocol.ts';
import { imageSizes } from './image-sizes.ts';

const port = parentPort;
if (!port) throw new Error('disk-worker runs as a worker thread only');

const files: DatasetFiles = {
  list: cached(datasetFiles.list),
  listHr: cached(datasetFiles.listHr),
  size: cached(datasetFiles.size),
  exists: cached(datasetFiles.exists),
  text: cached(datasetFiles.text),
};

port.on('message', (request: DiskRequest) => port.postMessage(respond(request)));

function respond(request: DiskRequest): DiskResponse {
  try {
    if (request.kind === 'count') return { count: countOf(request.pattern) };
    if (request.kind === 'sizes') return { sizes: imageSizes(request.patterns) };
    const document = openDocument(request.text, request.file, request.uri);
    const ofText = new Set(diagnose(document).map((each) => JSON.stringify(each)));
    const all = diagnose(document, files);
    return { problems: all.filter((each) => !ofText.has(JSON.stringify(each))) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** The images of a folder or glob, or of a `meta_info` list. */
function countOf(path: string): number | undefined {
  const text = path.endsWith('.txt') ? files.text(path) : undefined;
  return text === undefined ? files.listHr(path)?.images.length : parseMetaInfo(text).length;
}
