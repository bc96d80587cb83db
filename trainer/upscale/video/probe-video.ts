import { WorkbenchError } from '../../errors/errors.ts';
import { isList, isNumber, isObject, isOptional, isString } from '../../guards/guards.ts';
import { type Ffmpeg, outputOf } from './ffmpeg.ts';

/** What is known about a video before its frames are decoded. */
export interface VideoHeader {
  readonly path: string;
  /** Pixels, after rotation. */
  readonly width: number;
  readonly height: number;
  /** Seconds of each frame, ascending, since the start of the file. */
  readonly times: readonly number[];
  /** The unit of times in the stream, such as `1/15360`. */
  readonly timeBase: string;
  /** Shape of a pixel, such as `1:1`. */
  readonly pixelAspect: string;
  /** Tags as ffmpeg names them; absent where the file has none. */
  readonly color: Readonly<Partial<Record<'range' | 'space' | 'transfer' | 'primaries', string>>>;
  /** For the user: what is lost. */
  readonly notes: readonly string[];
}

const isProbe = isObject({
  format: isObject({ start_time: isOptional(isString) }),
  packets: isList(isObject({ pts_time: isOptional(isString), flags: isOptional(isString) })),
  streams: isList(
    isObject({
      width: isNumber,
      height: isNumber,
      time_base: isString,
      pix_fmt: isOptional(isString),
      sample_aspect_ratio: isOptional(isString),
      color_range: isOptional(isString),
      color_space: isOptional(isString),
      color_transfer: isOptional(isString),
      color_primaries: isOptional(isString),
      tags: isOptional(isObject({ alpha_mode: isOptional(isString), ALPHA_MODE: isOptional(isString) })),
      side_data_list: isOptional(isList(isObject({ rotation: isOptional(isNumber) }))),
    }),
  ),
});

/**
 * Reads the header of a video and the times of its frames.
 *
 * @throws WorkbenchError `data` if ffprobe finds no video in the file
 */
export async function probeVideo(
  { ffprobe }: Ffmpeg,
  path: string,
  signal?: AbortSignal,
): Promise<VideoHeader> {
  const stream =
    'width,height,time_base,pix_fmt,sample_aspect_ratio,color_range,color_space,color_transfer,color_primaries';
  const entries = `format=start_time:stream=${stream}:stream_tags=alpha_mode:stream_side_data=rotation:packet=pts_time,flags`;
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'json', path];
  const probe: unknown = JSON.parse(await outputOf(ffprobe, args, path, signal));
  const found = isProbe(probe) ? probe.streams[0] : undefined;
  if (!isProbe(probe) || found === undefined) {
    throw new WorkbenchError(
      'data',
      `${path} has no video that ffmpeg can read. Convert it to MP4 or MKV first.`,
    );
  }
  const start = Number(probe.format.start_time ?? 0);
  const times = probe.packets
    // Packets before an edit are decoded, but not shown.
    .filter(({ pts_time, flags }) => pts_time !== undefined && flags?.includes('D') !== true)
    .map(({ pts_time }) => Number(pts_time) - start)
    .sort((a, b) => a - b);
  const isTurned = found.side_data_list?.some(({ rotation = 0 }) => Math.abs(rotation) % 180 === 90) ?? false;
  const known = (key: string, tag: string | undefined) =>
    // Frames are encoded as YUV, also those of RGB videos.
    tag === undefined || ['unknown', 'reserved', 'gbr'].includes(tag) ? {} : { [key]: tag };
  const isDeep = /(?:p|gray)(?:9|10|12|14|16)(?:le|be)?$|^(?:p010|x2)/.test(found.pix_fmt ?? '');
  // VP8 and VP9 store it as a second picture, which only this tag tells.
  const { alpha_mode: mode = found.tags?.ALPHA_MODE } = found.tags ?? {};
  const hasAlpha = mode === '1' || /^(?:yuva|gbrap|rgba|bgra|argb|abgr|ya\d)/.test(found.pix_fmt ?? '');
  const { sample_aspect_ratio: aspect = '1:1' } = found;
  return {
    path,
    width: isTurned ? found.height : found.width,
    height: isTurned ? found.width : found.height,
    times,
    timeBase: found.time_base,
    pixelAspect: aspect.startsWith('0:') ? '1:1' : isTurned ? aspect.split(':').reverse().join(':') : aspect,
    color: {
      ...known('range', found.color_range),
      ...known('space', found.color_space),
      ...known('transfer', found.color_transfer),
      ...known('primaries', found.color_primaries),
    },
    notes: [
      ...(isDeep ? [`written with 8 bits a sample instead of those of ${found.pix_fmt}`] : []),
      ...(hasAlpha ? ['written without its transparency'] : []),
    ],
  };
}
