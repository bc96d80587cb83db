import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import sharp from 'sharp';
import type { FloatImage } from '../../data/image.ts';
import { WorkbenchError } from '../../errors/errors.ts';
import { discard, move } from '../../files/change-files.ts';
import { temporaryPath } from '../../runs/atomic-file.ts';
import { repeated } from '../chain.ts';
import { createFolder } from '../disk-failure.ts';
import type { SizePlan } from '../output-size.ts';
import { type OutputPlan, type PlanOptions, planOutput, reachableSize } from '../plan.ts';
import {
  publish,
  quantized,
  removeEmpty,
  type UpscaledFile,
  type UpscaleFileOptions,
} from '../upscale-file.ts';
import { upscaleImage } from '../upscale-image.ts';
import type { Upscaler } from '../upscaler.ts';
import { type Ffmpeg, findFfmpeg, outputOf, start } from './ffmpeg.ts';
import { probeVideo, type VideoHeader } from './probe-video.ts';
import { matroskaFrame, matroskaHeader } from './raw-matroska.ts';

/** How to upscale a video. */
export interface VideoPlan extends OutputPlan {
  readonly kind: 'video';
  readonly input: string;
  readonly header: VideoHeader;
  readonly size: SizePlan;
  readonly programs: Ffmpeg;
  readonly encoder: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Frames of a segment, which is encoded into a file of its own: what a killed process has to do again, at most.
 */
const segmentFrames = 240;

/**
 * Plans the upscaling of a video. MP4, MOV, MKV and WebM keep their format, others become MKV.
 *
 * @throws WorkbenchError `usage` if ffmpeg is not installed; else as `planImage`
 */
export async function planVideo(
  input: string,
  model: Pick<Upscaler, 'name' | 'scale'>,
  options: PlanOptions = {},
): Promise<VideoPlan> {
  const programs = findFfmpeg();
  const header = await probeVideo(programs, input);
  const wanted = reachableSize(input, header, model, options);
  // Encoders store colors of 2 x 2 pixels together.
  const even = (side: number) => Math.max(2, side - (side % 2));
  const size = { ...wanted, width: even(wanted.width), height: even(wanted.height) };
  const own = extname(input);
  const extension = /^\.(mp4|m4v|mov|mkv|webm)$/i.test(own) ? own : '.mkv';
  const output = await planOutput(input, extension, model, options);
  const isChosen = [options.format, options.quality, options.chroma].some((choice) => choice !== undefined);
  const notes = [
    ...header.notes,
    ...(extension === own ? [] : ['written as MKV']),
    ...(isChosen ? ['the chosen format and quality are for images only'] : []),
  ];
  const encoder = await encoderFor(programs, extension);
  return { kind: 'video', input, ...output, header, size, programs, encoder, notes };
}

/** H.264 of x264 at a constant rate factor, in WebM VP9. */
async function encoderFor({ ffmpeg }: Ffmpeg, extension: string): Promise<readonly string[]> {
  const isWebm = extension.toLowerCase() === '.webm';
  const name = isWebm ? 'libvpx-vp9' : 'libx264';
  const encoders = await outputOf(ffmpeg, ['-v', 'error', '-hide_banner', '-encoders'], ffmpeg);
  if (!new RegExp(`\\s${name}\\s`).test(encoders)) {
    throw new WorkbenchError(
      'usage',
      `${ffmpeg} has no encoder ${name}. Install a build of ffmpeg with it: on Windows Gyan.FFmpeg, on macOS that of Homebrew.`,
    );
  }
  return isWebm ? ['-c:v', name, '-crf', '18', '-b:v', '0'] : ['-c:v', name, '-crf', '16'];
}

/**
 * Upscales a video frame by frame, and keeps its sound, subtitles, chapters, metadata, color tags and the time of each frame.
 * Frames go to and from ffmpeg through pipes. Segments of `segmentFrames` are encoded into a folder next to the result; after
 * an interruption, the next call with the same video, model and size continues after the last whole one.
 *
 * @param weights SHA-256 of the model's weights in hex; null for bicubic
 * @throws WorkbenchError as `upscaleFile`
 */
export async function upscaleVideo(
  upscaler: Upscaler,
  plan: VideoPlan,
  weights: string | null,
  options: UpscaleFileOptions = {},
): Promise<UpscaledFile> {
  const { input, output, header, size, kept, notes } = plan;
  const { width, height } = size;
  if (kept) return { input, output, width, height, kept, notes };
  const { signal, onProgress } = options;
  const parts = join(dirname(output), `.esrgan-${basename(output)}-${identityOf(upscaler, plan, weights)}`);
  const created = createFolder(parts);
  const total = header.times.length;
  const segments = Array.from({ length: Math.ceil(total / segmentFrames) }, (_, index) => ({
    path: join(parts, `${index}.nut`),
    first: index * segmentFrames,
    end: Math.min((index + 1) * segmentFrames, total),
  }));
  const deleteRest = async () => {
    for (const name of readdirSync(parts)) if (!/^\d+\.nut$/.test(name)) await discard(join(parts, name));
  };
  try {
    // An earlier process may have been killed.
    await deleteRest();
    const next = segments.findIndex(({ path }) => !existsSync(path));
    const missing = next === -1 ? [] : segments.slice(next);
    const [begin] = missing;
    if (begin !== undefined) {
      const model = repeated(upscaler, size.passes);
      const started = performance.now();
      const frames = decodedFrames(plan, begin.first, signal);
      try {
        let done = begin.first;
        for (const segment of missing) {
          const { value: firstFrame } = await frames.next();
          if (firstFrame === undefined) break;
          let waiting: Buffer | undefined = firstFrame;
          await encodeSegment(plan, segment, signal, async () => {
            const value = waiting ?? (await frames.next()).value;
            waiting = undefined;
            if (value === undefined) return undefined;
            const upscaled = await upscaledFrame(model, value, plan, options);
            done++;
            const seconds = Math.max((performance.now() - started) / 1000, 1e-3);
            const perFrame = seconds / (done - begin.first);
            onProgress?.({
              tile: done,
              tiles: total,
              megapixelsPerSecond: (size.model.width * size.model.height) / 1e6 / perFrame,
              etaSeconds: perFrame * (total - done),
            });
            return upscaled;
          });
        }
      } finally {
        await frames.return(undefined);
      }
    }
    const joined = temporaryPath(output, extname(output));
    try {
      // The last frames of a damaged video may be missing.
      const whole = segments.map(({ path }) => path).filter((path) => existsSync(path));
      await joinSegments(plan, whole, parts, joined, signal);
      const published = publish(joined, plan);
      await discard(parts);
      return { input, output: published ?? output, width, height, kept: published === undefined, notes };
    } finally {
      await discard(joined);
    }
  } catch (error) {
    await deleteRest();
    // Without a whole segment there is nothing to continue.
    await removeEmpty(parts, created ?? parts);
    throw error;
  }
}

/** Of what the segments depend on. */
function identityOf(model: Upscaler, { input, size, encoder }: VideoPlan, weights: string | null): string {
  const { size: bytes, mtimeMs } = statSync(input);
  const parts = [resolve(input), bytes, mtimeMs, model.name, weights, size, encoder, segmentFrames];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/** The decoded frames of a video from one on, `[height, width, 3]` of 8 bits. */
async function* decodedFrames(
  { input, header, programs }: VideoPlan,
  first: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, undefined, undefined> {
  const { times, width, height } = header;
  // ffmpeg drops frames before this time; in the middle between two, so that rounding does not matter.
  const from = first === 0 ? [] : ['-ss', String((times[first - 1]! + times[first]!) / 2)];
  const { child, ended } = start(
    programs.ffmpeg,
    ['-v', 'error', '-nostdin', ...from, '-i', input, '-map', '0:v:0', '-fps_mode', 'passthrough'].concat([
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgb24',
      'pipe:1',
    ]),
    ['ignore', 'pipe'],
    input,
    signal,
  );
  const bytes = width * height * 3;
  let frame = Buffer.alloc(bytes);
  let filled = 0;
  try {
    for await (const chunk of child.stdout ?? []) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('expected bytes');
      for (let at = 0; at < chunk.length; ) {
        const count = Math.min(bytes - filled, chunk.length - at);
        chunk.copy(frame, filled, at, at + count);
        at += count;
        filled += count;
        if (filled < bytes) continue;
        yield frame;
        frame = Buffer.alloc(bytes);
        filled = 0;
      }
    }
    await ended;
  } finally {
    child.kill('SIGKILL');
  }
  return undefined;
}

async function upscaledFrame(
  model: Upscaler,
  frame: Buffer,
  { header, size }: VideoPlan,
  { tile, signal }: UpscaleFileOptions,
): Promise<Uint8Array> {
  const data = Float32Array.from(frame, (value) => value / 255);
  const image: FloatImage = { width: header.width, height: header.height, channels: 3, data };
  const options = { ...(tile === undefined ? {} : { tile }), ...(signal && { signal }) };
  const { width, height, ...large } = await upscaleImage(model, image, options);
  const samples = quantized({ width, height, ...large }, 8);
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  if (width === size.width && height === size.height) return bytes;
  return sharp(bytes, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
}

interface Segment {
  readonly path: string;
  /** Its frames: from `first` on, before `end`. */
  readonly first: number;
  readonly end: number;
}

/** Encodes the frames that `nextFrame` returns, and gives the file its name when it is whole. */
async function encodeSegment(
  { input, header, size, programs, encoder }: VideoPlan,
  { path, first, end }: Segment,
  signal: AbortSignal | undefined,
  nextFrame: () => Promise<Uint8Array | undefined>,
): Promise<void> {
  const { times, timeBase, color, pixelAspect } = header;
  const { width, height } = size;
  const { space } = color;
  // ffmpeg's filter knows the matrix by other names; the rest is converted as it was decoded.
  const matrix = { bt709: 'bt709', smpte170m: 'smpte170m', bt470bg: 'bt470', bt2020nc: 'bt2020' }[
    space ?? ''
  ];
  const range = color.range === 'pc' ? 'pc' : 'tv';
  const filter = [
    `scale=out_range=${range}${matrix === undefined ? '' : `:out_color_matrix=${matrix}`}`,
    'format=yuv420p',
    `setsar=${pixelAspect.replace(':', '/')}`,
  ].join(',');
  const partial = `${path}.part`;
  const { child, ended } = start(
    programs.ffmpeg,
    ['-v', 'error', '-nostdin', '-y', '-f', 'matroska', '-i', 'pipe:0', '-vf', filter, ...encoder].concat(
      [...colorTags(color), '-fps_mode', 'passthrough', '-enc_time_base', timeBase.replace('/', ':')],
      ['-f', 'nut', partial],
    ),
    ['pipe', 'ignore'],
    input,
    signal,
  );
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve) => {
      // Also when the program has ended, whose message is thrown below.
      if (child.stdin?.writable !== true || child.stdin.write(bytes)) resolve();
      else {
        child.stdin.once('drain', resolve);
        child.stdin.once('close', resolve);
      }
    });
  try {
    await write(matroskaHeader(width, height));
    for (let index = first; index < end; index++) {
      const frame = await nextFrame();
      // The last frames may be damaged.
      if (frame === undefined) break;
      await write(matroskaFrame(times[index]! - times[first]!, frame.length));
      await write(frame);
    }
    child.stdin?.end();
    await ended;
    await move(partial, path);
  } catch (error) {
    child.kill('SIGKILL');
    throw signal?.aborted ? new WorkbenchError('interrupted', 'The upscaling was cancelled.') : error;
  }
}

function colorTags({ range, space, transfer, primaries }: VideoHeader['color']): string[] {
  return [
    ...(range === undefined ? [] : ['-color_range:v', range]),
    ...(space === undefined ? [] : ['-colorspace:v', space]),
    ...(transfer === undefined ? [] : ['-color_trc:v', transfer]),
    ...(primaries === undefined ? [] : ['-color_primaries:v', primaries]),
  ];
}

/** Joins the encoded segments, and adds everything else of the original. */
async function joinSegments(
  { input, header, programs }: VideoPlan,
  segments: readonly string[],
  parts: string,
  output: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { times, timeBase } = header;
  const lines = segments.flatMap((path, index) => {
    const [from, to] = [times[index * segmentFrames], times[(index + 1) * segmentFrames]];
    const duration = from === undefined || to === undefined ? [] : [`duration ${(to - from).toFixed(6)}`];
    return [`file '${basename(path)}'`, ...duration];
  });
  const list = join(parts, 'list.txt');
  await writeFile(list, `${['ffconcat version 1.0', ...lines].join('\n')}\n`);
  createFolder(dirname(output));
  const isMp4 = /\.(mp4|m4v|mov)$/i.test(output);
  const [, ticks = '1000'] = timeBase.split('/');
  const { ended } = start(
    programs.ffmpeg,
    ['-v', 'error', '-nostdin', '-y', '-itsoffset', String(times[0] ?? 0), '-f', 'concat', '-i', list].concat(
      ['-i', input, '-map', '0:v:0', '-map', '1:a?', '-map', '1:s?', ...(isMp4 ? [] : ['-map', '1:t?'])],
      [
        '-map_metadata',
        '1',
        '-map_metadata:s:v:0',
        '1:s:v:0',
        '-metadata:s:v:0',
        'alpha_mode=',
        '-map_chapters',
        '1',
        '-c',
        'copy',
        // Only a file as a whole has all of them, where the codec is VP9.
        ...colorTags(header.color),
      ],
      isMp4 ? ['-movflags', '+faststart', '-video_track_timescale', ticks] : [],
      [output],
    ),
    ['ignore', 'ignore'],
    input,
    signal,
  );
  await ended.catch((error: unknown) => {
    throw signal?.aborted ? new WorkbenchError('interrupted', 'The upscaling was cancelled.') : error;
  });
}
