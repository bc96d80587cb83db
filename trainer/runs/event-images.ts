import { type EventMessage, type SummaryValue, sessionStart, tensorTypes } from './event-protocol.ts';
import { createFolderReader, type EventSessionStart, type RecordReader } from './event-reader.ts';

/** An image in an event file, where it remains: `bytes` bytes at `at`. */
export interface EventImage {
  readonly kind: 'image';
  /** With a number from the second image of a step on: `val/img 2`. */
  readonly tag: string;
  readonly step: number;
  readonly path: string;
  readonly at: number;
  readonly bytes: number;
  readonly extension: '.png' | '.jpg' | '.gif';
}

/** A reader of the images of all event files of a folder, also those of other programs. */
export function createImageReader(folder: string): RecordReader<EventImage | EventSessionStart> {
  return createFolderReader<EventImage | EventSessionStart>(folder, (event, items, { path, data, at }) => {
    const step = event.step ?? 0;
    if (event.sessionLog?.status === sessionStart) items.push({ kind: 'sessionStart', step });
    for (const { tag, encoded } of imagesOf(event)) {
      const extension = extensionOf(encoded);
      if (extension === undefined) continue;
      const offset = at + encoded.byteOffset - data.byteOffset;
      items.push({ kind: 'image', tag, step, path, at: offset, bytes: encoded.length, extension });
    }
  });
}

function imagesOf({ summary }: EventMessage): { readonly tag: string; readonly encoded: Uint8Array }[] {
  return (summary?.value ?? []).flatMap((value) => {
    const { tag = '' } = value;
    return encodedImages(value).map((encoded, i) => ({ tag: i === 0 ? tag : `${tag} ${i + 1}`, encoded }));
  });
}

/** TensorFlow 2 has a list of texts: the width, the height and the images. */
function encodedImages({ image, tensor, metadata }: SummaryValue): readonly Uint8Array[] {
  if (image) return image.encodedImageString ? [image.encodedImageString] : [];
  const isOfImages = metadata?.pluginData?.pluginName === 'images' && tensor?.dtype === tensorTypes.string;
  return isOfImages ? (tensor.stringVal?.slice(2) ?? []) : [];
}

/** By the first bytes; undefined for formats that browsers do not show. */
function extensionOf([a, b, c]: Uint8Array): EventImage['extension'] | undefined {
  if (a === 0x89 && b === 0x50 && c === 0x4e) return '.png';
  if (a === 0xff && b === 0xd8) return '.jpg';
  return a === 0x47 && b === 0x49 && c === 0x46 ? '.gif' : undefined;
}
