import {
  cutInHalf,
  dropFileTypeBox,
  moveTracksAfterClusters,
  rotateTrack,
  stateTwoChannels,
  textTracksToMetadata,
} from './edits.ts';

/** How one file of the matrix is made, and what ffprobe does not say about it. */
export interface Recipe {
  readonly file: string;
  /** ffmpeg's arguments, apart at spaces, without the output; `@name` is another file of the matrix. */
  readonly ffmpeg: string;
  /** The container that Vigie is to name. */
  readonly container: string;
  /** libav's muxer, if the file's name does not determine it. */
  readonly muxer?: string;
  /** Written to a pipe: the muxer cannot go back to fill in duration, size or index. */
  readonly piped?: boolean;
  readonly edit?: (bytes: Buffer) => Buffer;
  /** How long it lasts, where ffprobe doesn't find out. */
  readonly seconds?: number;
  readonly moovAtEnd?: boolean;
  readonly fragmented?: boolean;
  readonly truncated?: boolean;
  readonly failure?: 'NO_VIDEO_STREAM' | 'CORRUPT_HEADER' | 'UNSUPPORTED_FORMAT';
}

function picture(size = '320x240', rate = '25', seconds = 6, pixelFormat = 'yuv420p'): string {
  return `-f lavfi -i testsrc2=size=${size}:rate=${rate}:duration=${seconds},format=${pixelFormat}`;
}

function tone(seconds = 6, sampleRate = 48000): string {
  return `-f lavfi -i sine=frequency=440:sample_rate=${sampleRate}:duration=${seconds}`;
}

const X264 = '-c:v libx264 -preset ultrafast -bf 2';
const X265 = '-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=1';
const VP8 = '-c:v libvpx -deadline realtime -cpu-used 8';
const VP9 = '-c:v libvpx-vp9 -deadline realtime -cpu-used 8';
const AV1 = '-c:v libsvtav1 -preset 12';
const PQ = '-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -color_range tv';
const HLG = '-color_primaries bt2020 -color_trc arib-std-b67 -colorspace bt2020nc -color_range tv';
const BT709 = '-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv';
const H264_COPY = '-i @h264.mp4 -c copy';
const HEVC_COPY = '-i @hevc.mp4 -c copy';

const avi: Recipe[] = [
  { file: 'mpeg4.avi', ffmpeg: `${picture()} ${tone()} -c:v mpeg4 -c:a mp2` },
  { file: 'xvid.avi', ffmpeg: `${picture('640x480', '30')} ${tone()} -c:v libxvid -c:a libmp3lame` },
  { file: 'mjpeg.avi', ffmpeg: `${picture('320x240', '10')} -c:v mjpeg` },
  { file: 'mjpeg-pcm.avi', ffmpeg: `${picture('640x480', '15')} ${tone(6, 8000)} -c:v mjpeg -c:a pcm_s16le` },
  { file: 'h264.avi', ffmpeg: `${picture()} ${X264} -bf 0` },
  { file: 'h264-aac.avi', ffmpeg: `${picture('1280x720', '30000/1001', 3)} ${tone(3)} ${X264} -bf 0 -c:a aac` },
  { file: 'msmpeg4.avi', ffmpeg: `${picture('352x288', '24000/1001')} -c:v msmpeg4v3` },
  { file: 'ffv1.avi', ffmpeg: `${picture('99x75', '25', 2)} -c:v ffv1` },
  { file: 'raw-1x1.avi', ffmpeg: `${picture('1x1', '25', 2, 'bgr24')} -c:v rawvideo` },
  { file: 'mjpeg-3840x2160.avi', ffmpeg: `${picture('3840x2160', '5', 1)} -c:v mjpeg -q:v 20` },
  { file: 'mjpeg-8191x31.avi', ffmpeg: `${picture('8191x31', '5', 2)} -c:v mjpeg` },
  { file: 'mpeg4-99x75.avi', ffmpeg: `${picture('99x75', '12.5')} -c:v mpeg4` },
  { file: 'mpeg4-sar.avi', ffmpeg: `${picture('720x576', '25', 2)} -vf setsar=16/15 -c:v mpeg4` },
  { file: 'dv.avi', ffmpeg: `${picture('720x576', '25', 1)} -c:v dvvideo` },
  { file: 'huffyuv.avi', ffmpeg: `${picture('160x120', '25', 1, 'yuv422p')} -c:v huffyuv` },
  { file: 'cinepak.avi', ffmpeg: `${picture('64x48', '10', 1, 'rgb24')} -c:v cinepak` },
  { file: 'two-videos.avi', ffmpeg: `${picture()} ${picture('160x120')} -map 0 -map 1 -c:v mpeg4` },
  { file: 'long.avi', ffmpeg: `${picture('160x120', '25', 120)} ${tone(120)} -c:v mpeg4 -c:a mp2` },
  { file: 'piped.avi', ffmpeg: `${picture()} ${tone()} -c:v mpeg4 -c:a mp2`, piped: true, truncated: true },
  { file: 'cut.avi', ffmpeg: '-i @mpeg4.avi -c copy', edit: cutInHalf, truncated: true },
].map(recipe => ({ container: 'avi', ...recipe }));

const mp4MoovAtEnd: Recipe[] = [
  { file: 'h264.mp4', ffmpeg: `${picture('640x360', '25', 10)} ${tone(10)} ${X264} ${BT709} -c:a aac` },
  { file: 'hevc.mp4', ffmpeg: `${picture('640x360', '30')} ${tone()} ${X265} -tag:v hvc1 -c:a aac` },
  { file: 'h264-silent.mp4', ffmpeg: `${picture()} ${X264}` },
  { file: 'variable-rate.mp4', ffmpeg: `${picture()} -vf select='not(mod(n,5))+not(mod(n,7))' -fps_mode vfr ${X264}` },
  { file: 'edit-list.mp4', ffmpeg: '-ss 3.3 -i @h264.mp4 -t 4 -c copy' },
  { file: 'late-audio.mp4', ffmpeg: '-i @h264.mp4 -itsoffset 1.5 -i @h264.mp4 -map 0:v -map 1:a -c copy' },
  { file: 'hevc-pq.mp4', ffmpeg: `${picture('320x240', '24', 2, 'yuv420p10le')} ${X265} ${PQ} -tag:v hvc1` },
  { file: 'two-audios.mp4', ffmpeg: '-i @h264.mp4 -map 0 -map 0:a -c copy' },
  {
    file: 'cover-art.mp4',
    ffmpeg: '-i @h264.mp4 -i @cover.jpg -map 0 -map 1 -c copy -disposition:v:1 attached_pic',
  },
  { file: 'h264-long.mp4', ffmpeg: `${picture('160x120', '25', 180)} ${tone(180)} ${X264} -c:a aac` },
  {
    file: 'huge-moov-at-end.mp4',
    ffmpeg: '-stream_loop 119 -i @two-thousand-frames.mp4 -c copy -video_track_timescale 1000',
  },
].map(recipe => ({ container: 'mp4', moovAtEnd: true, ...recipe }));

const mp4MoovFirst: Recipe[] = [
  { file: 'mpeg4.mp4', ffmpeg: `${picture()} ${tone()} -c:v mpeg4 -c:a aac` },
  { file: 'mpeg2.mp4', ffmpeg: `${picture()} ${tone()} -c:v mpeg2video -c:a mp2`, edit: stateTwoChannels },
  { file: 'mjpeg.mp4', ffmpeg: `${picture('320x240', '10', 3)} -c:v mjpeg` },
  { file: 'av1.mp4', ffmpeg: `${picture('320x240', '25', 2)} ${tone(2)} ${AV1} -c:a libopus` },
  { file: 'vp9.mp4', ffmpeg: `${picture('320x240', '25', 2)} ${VP9}` },
  { file: 'hev1.mp4', ffmpeg: `${HEVC_COPY} -tag:v hev1` },
  { file: 'ac3.mp4', ffmpeg: `${picture()} ${tone()} ${X264} -c:a ac3 -ac 6` },
  { file: 'h264-crf-intra.mp4', ffmpeg: `${picture('176x144', '60', 3)} ${X264} -g 1 -bf 0` },
  { file: 'ntsc.mp4', ffmpeg: `${picture('320x240', '30000/1001')} ${X264}` },
  { file: 'film.mp4', ffmpeg: `${picture('320x240', '24000/1001')} ${X264}` },
  { file: 'one-frame.mp4', ffmpeg: `${picture('320x240', '25', 1)} -frames:v 1 ${X264}` },
  { file: 'no-edit-list.mp4', ffmpeg: `${H264_COPY} -use_editlist 0` },
  { file: 'sar.mp4', ffmpeg: `${picture('720x576', '25', 2)} -vf setsar=16/11 ${X264}` },
  { file: 'h264-99x75.mp4', ffmpeg: `${picture('99x75', '25', 2, 'yuv444p')} ${X264}` },
  { file: 'h264-98x74.mp4', ffmpeg: `${picture('98x74', '25', 2)} ${X264}` },
  { file: 'h264-3840x2160.mp4', ffmpeg: `${picture('3840x2160', '30', 0.3)} ${X264}` },
  { file: 'h264-8190x64.mp4', ffmpeg: `${picture('8190x64', '25', 0.4)} ${X264}` },
  { file: 'h264-high10.mp4', ffmpeg: `${picture('320x240', '25', 2, 'yuv420p10le')} ${X264} -preset medium` },
  { file: 'h264-422.mp4', ffmpeg: `${picture('320x240', '25', 2, 'yuv422p')} ${X264}` },
  { file: 'h264-full-range.mp4', ffmpeg: `${picture('320x240', '25', 2, 'yuvj420p')} ${X264}` },
  { file: 'h264-interlaced.mp4', ffmpeg: `${picture('720x576', '25', 2)} ${X264} -flags +ilme+ildct -bf 0` },
  { file: 'hevc-hlg.mp4', ffmpeg: `${picture('320x240', '50', 2, 'yuv420p10le')} ${X265} ${HLG} -tag:v hvc1` },
  { file: 'av1-pq.mp4', ffmpeg: `${picture('320x240', '24', 1, 'yuv420p10le')} ${AV1} ${PQ}` },
  {
    file: 'two-videos.mp4',
    ffmpeg: `${picture()} ${picture('160x120')} ${tone()} -map 0 -map 1 -map 2 ${X264} -c:a aac`,
  },
].map(recipe => ({ ...recipe, container: 'mp4', ffmpeg: `${recipe.ffmpeg} -movflags faststart` }));

const mp4Layouts: Recipe[] = [
  { file: 'faststart.mp4', ffmpeg: `${H264_COPY} -movflags faststart` },
  { file: 'hevc-faststart.mp4', ffmpeg: `${HEVC_COPY} -movflags faststart` },
  { file: 'mpeg4-faststart.mp4', ffmpeg: '-i @mpeg4.mp4 -c copy -movflags faststart' },
  { file: 'long-faststart.mp4', ffmpeg: '-i @h264-long.mp4 -c copy -movflags faststart' },
  { file: 'huge-moov-first.mp4', ffmpeg: '-i @huge-moov-at-end.mp4 -c copy -movflags faststart' },
  { file: 'h264-as.avi', ffmpeg: `${H264_COPY} -movflags faststart`, muxer: 'mp4' },
  { file: 'cut.mp4', ffmpeg: `${H264_COPY} -movflags faststart`, edit: cutInHalf, truncated: true },
  {
    file: 'cut-before-moov.mp4',
    ffmpeg: H264_COPY,
    edit: cutInHalf,
    truncated: true,
    failure: 'CORRUPT_HEADER' as const,
  },
].map(recipe => ({ container: 'mp4', ...recipe }));

const mp4Fragmented: Recipe[] = [
  { file: 'fragmented.mp4', ffmpeg: `${H264_COPY} -movflags frag_keyframe+empty_moov` },
  { file: 'fragmented-base.mp4', ffmpeg: `${H264_COPY} -movflags frag_keyframe+empty_moov+default_base_moof` },
  { file: 'fragmented-delay.mp4', ffmpeg: `${H264_COPY} -movflags frag_keyframe+delay_moov` },
  { file: 'fragmented-moov.mp4', ffmpeg: `${H264_COPY} -movflags frag_keyframe` },
  { file: 'fragmented-dash.mp4', ffmpeg: `${H264_COPY} -movflags dash+frag_keyframe` },
  { file: 'fragmented-sidx.mp4', ffmpeg: `${H264_COPY} -movflags dash+global_sidx+frag_keyframe` },
  { file: 'fragmented-cmaf.mp4', ffmpeg: '-i @h264.mp4 -an -c copy -movflags cmaf+frag_keyframe' },
  { file: 'fragmented-no-mfra.mp4', ffmpeg: `${H264_COPY} -movflags frag_keyframe+empty_moov+skip_trailer` },
  { file: 'fragmented-short.mp4', ffmpeg: `${H264_COPY} -movflags empty_moov+default_base_moof -frag_duration 500000` },
  { file: 'fragmented-each-frame.mp4', ffmpeg: `${H264_COPY} -movflags empty_moov+frag_every_frame` },
  { file: 'fragmented-hevc.mp4', ffmpeg: `${HEVC_COPY} -movflags frag_keyframe+empty_moov+default_base_moof` },
  { file: 'fragmented-long.mp4', ffmpeg: '-i @h264-long.mp4 -c copy -movflags frag_keyframe+empty_moov' },
  {
    file: 'fragmented-long-base.mp4',
    ffmpeg: '-i @h264-long.mp4 -c copy -movflags frag_keyframe+empty_moov+default_base_moof+skip_trailer',
  },
  {
    file: 'fragmented-ntsc.mp4',
    ffmpeg: '-i @ntsc.mp4 -c copy -movflags empty_moov+default_base_moof+skip_trailer -frag_duration 1000000',
  },
  {
    file: 'fragmented-cut.mp4',
    ffmpeg: `${H264_COPY} -movflags empty_moov+default_base_moof -frag_duration 500000`,
    edit: cutInHalf,
    truncated: true,
  },
  { file: 'fragmented-pipe.mp4', ffmpeg: `${H264_COPY} -movflags empty_moov+default_base_moof`, piped: true },
].map(recipe => ({ container: 'mp4', fragmented: true, ...recipe }));

const mov: Recipe[] = [
  { file: 'h264.mov', ffmpeg: H264_COPY },
  { file: 'hevc.mov', ffmpeg: HEVC_COPY },
  {
    file: 'prores.mov',
    ffmpeg: `${picture('320x240', '25', 1, 'yuv422p10le')} ${tone(1)} -c:v prores_ks -c:a pcm_s16le`,
  },
  { file: 'mjpeg.mov', ffmpeg: `${picture('320x240', '25', 1)} -c:v mjpeg` },
  { file: 'png.mov', ffmpeg: `${picture('99x75', '25', 1, 'rgba')} -c:v png` },
  { file: 'raw-1x1.mov', ffmpeg: `${picture('1x1', '25', 1, 'rgb24')} -c:v rawvideo` },
  { file: 'dv.mov', ffmpeg: `${picture('720x576', '25', 1)} -c:v dvvideo` },
  { file: 'rotated-90.mov', ffmpeg: H264_COPY, edit: (bytes: Buffer) => rotateTrack(bytes, 90) },
  { file: 'rotated-180.mov', ffmpeg: H264_COPY, edit: (bytes: Buffer) => rotateTrack(bytes, 180) },
  { file: 'rotated-270.mov', ffmpeg: H264_COPY, edit: (bytes: Buffer) => rotateTrack(bytes, 270) },
  { file: 'rotated-30.mov', ffmpeg: H264_COPY, edit: (bytes: Buffer) => rotateTrack(bytes, 30) },
  { file: 'rotated-137.mov', ffmpeg: H264_COPY, edit: (bytes: Buffer) => rotateTrack(bytes, 137) },
  { file: 'rotated-minus-60.mov', ffmpeg: H264_COPY, edit: (bytes: Buffer) => rotateTrack(bytes, -60) },
  {
    file: 'phone.mov',
    ffmpeg:
      '-i @hevc.mp4 -i @words.srt -map 0 -map 1 -map 1 -map 1 -c copy -c:s mov_text ' +
      '-timecode 10:00:00:00 -metadata com.apple.quicktime.make=Maker',
    edit: (bytes: Buffer) => rotateTrack(textTracksToMetadata(bytes), 90),
  },
  { file: 'chapters.mov', ffmpeg: '-i @h264.mp4 -i @chapters.txt -map 0 -map_chapters 1 -c copy' },
  { file: 'without-ftyp.mov', ffmpeg: H264_COPY, edit: dropFileTypeBox },
].map(recipe => ({ container: 'mov', moovAtEnd: true, ...recipe }));

const mobile: Recipe[] = [
  { file: 'h263.3gp', ffmpeg: `${picture('176x144', '15')} ${tone(6, 8000)} -c:v h263 -c:a aac`, moovAtEnd: true },
  { file: 'h264.3gp', ffmpeg: `${H264_COPY} -movflags faststart` },
  { file: 'mpeg4.3gp', ffmpeg: `${picture('176x144', '15')} -c:v mpeg4`, moovAtEnd: true },
  { file: 'h264.3g2', ffmpeg: H264_COPY, moovAtEnd: true },
].map(recipe => ({ container: '3gp', ...recipe }));

const matroska: Recipe[] = [
  { file: 'h264.mkv', ffmpeg: H264_COPY },
  { file: 'hevc.mkv', ffmpeg: HEVC_COPY },
  { file: 'mpeg4.mkv', ffmpeg: '-i @mpeg4.mp4 -c copy' },
  { file: 'mpeg2.mkv', ffmpeg: '-i @mpeg2.mp4 -c copy' },
  { file: 'av1.mkv', ffmpeg: '-i @av1.mp4 -c copy' },
  { file: 'vp9.mkv', ffmpeg: '-i @vp9.mp4 -c copy' },
  { file: 'mjpeg.mkv', ffmpeg: '-i @mjpeg.mp4 -c copy' },
  { file: 'ffv1-1x1.mkv', ffmpeg: `${picture('1x1', '25', 1, 'gray')} -c:v ffv1` },
  { file: 'ffv1.mkv', ffmpeg: `${picture('99x75', '25', 2, 'yuv422p10le')} ${tone(2)} -c:v ffv1 -c:a flac` },
  { file: 'prores.mkv', ffmpeg: '-i @prores.mov -c copy' },
  { file: 'theora.mkv', ffmpeg: `${picture('320x240', '25', 2)} -c:v libtheora` },
  { file: 'h264-ac3.mkv', ffmpeg: '-i @ac3.mp4 -c copy' },
  { file: 'hevc-pq.mkv', ffmpeg: '-i @hevc-pq.mp4 -c copy' },
  { file: 'hevc-hlg.mkv', ffmpeg: '-i @hevc-hlg.mp4 -c copy' },
  { file: 'h264-high10.mkv', ffmpeg: '-i @h264-high10.mp4 -c copy' },
  { file: 'h264-444.mkv', ffmpeg: '-i @h264-99x75.mp4 -c copy' },
  { file: 'h264-3840x2160.mkv', ffmpeg: '-i @h264-3840x2160.mp4 -c copy' },
  { file: 'h264-1900x1080.mkv', ffmpeg: `${picture('1900x1080', '30', 0.5)} ${X264}` },
  { file: 'sar.mkv', ffmpeg: '-i @sar.mp4 -c copy' },
  { file: 'ntsc.mkv', ffmpeg: '-i @ntsc.mp4 -c copy' },
  { file: 'film.mkv', ffmpeg: '-i @film.mp4 -c copy' },
  { file: 'three-videos.mkv', ffmpeg: '-i @h264.mp4 -i @mpeg4.mp4 -map 0:v -map 1:v -map 0:v -map 0:a -c copy' },
  { file: 'subtitles.mkv', ffmpeg: '-i @h264.mp4 -i @words.srt -map 0 -map 1 -c copy -c:s srt' },
  { file: 'long.mkv', ffmpeg: '-i @h264-long.mp4 -c copy' },
  { file: 'piped.mkv', ffmpeg: H264_COPY, piped: true, seconds: 10 },
  { file: 'live.mkv', ffmpeg: `${H264_COPY} -live 1`, piped: true, seconds: 10 },
  { file: 'cover-art.mkv', ffmpeg: `${H264_COPY} -attach @cover.jpg -metadata:s:t mimetype=image/jpeg` },
  {
    file: 'large-attachment.mkv',
    ffmpeg: `${H264_COPY} -attach @noise.bin -metadata:s:t mimetype=application/octet-stream`,
  },
  { file: 'tracks-after.mkv', ffmpeg: H264_COPY, edit: moveTracksAfterClusters },
  { file: 'cut.mkv', ffmpeg: H264_COPY, edit: cutInHalf, truncated: true },
  { file: 'matroska-as.mp4', ffmpeg: H264_COPY, muxer: 'matroska' },
].map(recipe => ({ container: 'matroska', ...recipe }));

const webm: Recipe[] = [
  { file: 'vp8.webm', ffmpeg: `${picture()} ${tone()} ${VP8} -c:a libvorbis` },
  { file: 'vp9.webm', ffmpeg: `${picture('640x360', '30', 4)} ${tone(4)} ${VP9} -c:a libopus` },
  { file: 'av1.webm', ffmpeg: '-i @av1.mp4 -c copy' },
  { file: 'vp9-1x1.webm', ffmpeg: `${picture('2x2', '25', 1)} -vf scale=1:1 ${VP9}` },
  { file: 'vp9-99x75.webm', ffmpeg: `${picture('99x75', '25', 1)} ${VP9}` },
  { file: 'vp9-8191x16.webm', ffmpeg: `${picture('8191x16', '25', 0.4)} ${VP9}` },
  { file: 'vp8-99x75.webm', ffmpeg: `${picture('99x75', '25', 1)} ${VP8}` },
  { file: 'vp9-444.webm', ffmpeg: `${picture('160x120', '25', 1, 'yuv444p')} ${VP9}` },
  { file: 'vp9-pq.webm', ffmpeg: `${picture('160x120', '25', 1, 'yuv420p10le')} ${VP9} ${PQ}` },
  { file: 'vp9-bt709.webm', ffmpeg: `${picture('160x120', '25', 1)} ${VP9} ${BT709}` },
  { file: 'vp8-piped.webm', ffmpeg: '-i @vp8.webm -c copy', piped: true, seconds: 6 },
  { file: 'vp9-piped.webm', ffmpeg: '-i @vp9.webm -c copy', piped: true, seconds: 4 },
  { file: 'vp9-dash.webm', ffmpeg: '-i @vp9.webm -an -c copy -dash 1' },
  { file: 'vp8-cues-first.webm', ffmpeg: '-i @vp8.webm -c copy -cues_to_front 1' },
].map(recipe => ({ container: 'webm', ...recipe }));

const mpegts: Recipe[] = [
  { file: 'h264.ts', ffmpeg: H264_COPY },
  { file: 'h264-silent.ts', ffmpeg: '-i @h264-silent.mp4 -c copy' },
  { file: 'hevc.ts', ffmpeg: HEVC_COPY },
  { file: 'hevc-pq.ts', ffmpeg: '-i @hevc-pq.mp4 -c copy' },
  { file: 'h264-ac3.ts', ffmpeg: '-i @ac3.mp4 -c copy' },
  { file: 'mpeg2.ts', ffmpeg: '-i @mpeg2.mp4 -c copy' },
  { file: 'mpeg2-dvd.ts', ffmpeg: `${picture('720x576')} ${tone()} -aspect 16:9 -c:v mpeg2video -b:v 4M -c:a mp2` },
  { file: 'mpeg4.ts', ffmpeg: '-i @mpeg4.mp4 -c copy -bsf:v dump_extra' },
  { file: 'ntsc.ts', ffmpeg: '-i @ntsc.mp4 -c copy' },
  { file: 'h264-1080p.ts', ffmpeg: `${picture('1920x1080', '30', 2)} ${tone(2)} ${X264} -b:v 8M -c:a aac` },
  { file: 'h264-opus.ts', ffmpeg: `-i @h264.mp4 -c:v copy -c:a libopus` },
  { file: 'two-programs.ts', ffmpeg: '-i @h264.mp4 -i @mpeg2.mp4 -map 0 -map 1 -c copy' },
  { file: 'long.ts', ffmpeg: '-i @h264-long.mp4 -c copy' },
  { file: 'h264.m2ts', ffmpeg: `${H264_COPY} -mpegts_m2ts_mode 1`, muxer: 'mpegts' },
  { file: 'cut.ts', ffmpeg: H264_COPY, edit: cutInHalf },
  { file: 'mpegts-as.mov', ffmpeg: H264_COPY, muxer: 'mpegts' },
].map(recipe => ({ container: 'mpegts', ...recipe }));

const mpegps: Recipe[] = [
  { file: 'mpeg1.mpg', ffmpeg: `${picture('352x288')} ${tone(6, 44100)} -c:v mpeg1video -c:a mp2` },
  { file: 'mpeg2.mpg', ffmpeg: '-i @mpeg2.mp4 -c copy', muxer: 'vob' },
  { file: 'mpeg2-dvd.vob', ffmpeg: `${picture('720x576')} ${tone()} -aspect 16:9 -c:v mpeg2video -b:v 4M -c:a ac3` },
  { file: 'h264.mpg', ffmpeg: '-i @ac3.mp4 -c copy -bsf:v h264_mp4toannexb', muxer: 'vob' },
  { file: 'h264-silent.mpg', ffmpeg: '-i @h264-silent.mp4 -c copy -bsf:v h264_mp4toannexb', muxer: 'vob' },
  { file: 'hevc.mpg', ffmpeg: '-i @hevc.mp4 -an -c copy -bsf:v hevc_mp4toannexb', muxer: 'vob' },
  { file: 'mpeg2-silent.mpg', ffmpeg: `${picture('352x288', '30000/1001')} -c:v mpeg2video`, muxer: 'vob' },
].map(recipe => ({ container: 'mpeg', ...recipe }));

const flv: Recipe[] = [
  { file: 'h264.flv', ffmpeg: H264_COPY },
  { file: 'h264-silent.flv', ffmpeg: '-i @h264-silent.mp4 -c copy' },
  { file: 'flv1.flv', ffmpeg: `${picture()} ${tone(6, 44100)} -c:v flv -c:a libmp3lame` },
  { file: 'long.flv', ffmpeg: '-i @h264-long.mp4 -c copy' },
  { file: 'without-metadata.flv', ffmpeg: `${H264_COPY} -flvflags no_metadata` },
  { file: 'without-duration.flv', ffmpeg: `${H264_COPY} -flvflags no_duration_filesize` },
  { file: 'piped.flv', ffmpeg: H264_COPY, piped: true },
  { file: 'ntsc.flv', ffmpeg: '-i @ntsc.mp4 -c copy' },
].map(recipe => ({ container: 'flv', ...recipe }));

const asf: Recipe[] = [
  { file: 'wmv2.wmv', ffmpeg: `${picture()} ${tone(6, 44100)} -c:v wmv2 -c:a wmav2` },
  { file: 'msmpeg4.asf', ffmpeg: `${picture()} -c:v msmpeg4v3` },
  { file: 'h264.asf', ffmpeg: '-i @h264-silent.mp4 -c copy' },
  { file: 'wmv2-ntsc.wmv', ffmpeg: `${picture('640x480', '30000/1001')} -c:v wmv2` },
  { file: 'piped.wmv', ffmpeg: '-i @wmv2.wmv -c copy', piped: true },
].map(recipe => ({ container: 'asf', ...recipe }));

const ogg: Recipe[] = [
  { file: 'theora.ogv', ffmpeg: `${picture()} ${tone()} -c:v libtheora -c:a libvorbis` },
  { file: 'theora-silent.ogv', ffmpeg: `${picture('99x75', '30000/1001')} -c:v libtheora` },
  { file: 'theora-sar.ogv', ffmpeg: `${picture('720x576', '25', 2)} -vf setsar=16/15 -c:v libtheora` },
  {
    file: 'theora-large.ogv',
    ffmpeg: `${picture('640x480', '25', 3)} ${tone(3)} -c:v libtheora -q:v 9 -c:a libvorbis`,
  },
  { file: 'vp8.ogv', ffmpeg: '-i @vp8.webm -c copy', muxer: 'ogg' },
].map(recipe => ({ container: 'ogg', ...recipe }));

const mxf: Recipe[] = [
  { file: 'mpeg2.mxf', ffmpeg: `${picture('640x360')} ${tone()} -c:v mpeg2video -c:a pcm_s16le` },
  { file: 'h264.mxf', ffmpeg: `${picture('640x360', '25', 2)} ${X264} -bf 0` },
  { file: 'dnxhd.mxf', ffmpeg: `${picture('1920x1080', '25', 0.4, 'yuv422p')} -c:v dnxhd -b:v 36M` },
  {
    file: 'mpeg2-ntsc.mxf',
    ffmpeg: `${picture('720x480', '30000/1001', 2)} ${tone(2)} -c:v mpeg2video -c:a pcm_s16le`,
  },
  { file: 'imx30.mxf', ffmpeg: `${picture('720x576', '25', 0.4, 'yuv422p')} -c:v mpeg2video -g 1 -b:v 30M` },
].map(recipe => ({ container: 'mxf', ...recipe }));

const ivf: Recipe[] = [
  { file: 'vp8.ivf', ffmpeg: `${picture()} ${VP8}` },
  { file: 'vp9.ivf', ffmpeg: `${picture('99x75', '30000/1001', 2)} ${VP9}` },
  { file: 'av1.ivf', ffmpeg: '-i @av1.mp4 -an -c copy' },
  { file: 'vp9-copied.ivf', ffmpeg: '-i @vp9.webm -an -c copy' },
].map(recipe => ({ container: 'ivf', ...recipe }));

const raw: Recipe[] = [
  { file: 'raw.h264', container: 'h264', ffmpeg: '-i @h264.mp4 -an -c copy' },
  { file: 'raw-ntsc.h264', container: 'h264', ffmpeg: '-i @ntsc.mp4 -c copy' },
  { file: 'raw-99x75.h264', container: 'h264', ffmpeg: '-i @h264-99x75.mp4 -c copy' },
  { file: 'raw.hevc', container: 'hevc', ffmpeg: '-i @hevc.mp4 -an -c copy' },
  { file: 'raw-pq.hevc', container: 'hevc', ffmpeg: '-i @hevc-pq.mp4 -an -c copy' },
  { file: 'raw-h264-as.mp4', container: 'h264', ffmpeg: '-i @h264.mp4 -an -c copy', muxer: 'h264' },
];

const withoutVideo: Recipe[] = [
  { file: 'audio.m4a', ffmpeg: `${tone()} -c:a aac` },
  {
    file: 'audio-cover.m4a',
    ffmpeg: `${tone()} -i @cover.jpg -map 0 -map 1 -c:a aac -c:v copy -disposition:v attached_pic`,
  },
  { file: 'audio.mka', ffmpeg: `${tone()} -c:a libvorbis` },
  { file: 'audio.webm', ffmpeg: `${tone()} -c:a libopus` },
  { file: 'audio.ogg', ffmpeg: `${tone()} -c:a libvorbis` },
  { file: 'audio.opus', ffmpeg: `${tone()} -c:a libopus` },
  { file: 'audio.wma', ffmpeg: `${tone(6, 44100)} -c:a wmav2` },
  { file: 'audio.ts', ffmpeg: `${tone()} -c:a aac` },
  { file: 'audio.flv', ffmpeg: `${tone(6, 44100)} -c:a libmp3lame` },
  { file: 'audio.mpg', ffmpeg: `${tone()} -c:a mp2` },
  { file: 'audio.mp3', ffmpeg: `${tone()} -c:a libmp3lame` },
  { file: 'audio.wav', ffmpeg: `${tone()} -c:a pcm_s16le` },
  { file: 'audio.flac', ffmpeg: `${tone()} -c:a flac` },
  { file: 'audio.aac', ffmpeg: `${tone()} -c:a aac` },
].map(recipe => ({ container: '', failure: 'NO_VIDEO_STREAM', ...recipe }));

interface Ingredient extends Partial<Pick<Recipe, 'ffmpeg' | 'muxer'>> {
  readonly file: string;
  readonly text?: string;
}

/** Only other files are made from these. */
export const ingredients: readonly Ingredient[] = [
  { file: 'cover.jpg', ffmpeg: '-f lavfi -i testsrc2=size=200x200 -frames:v 1 -c:v mjpeg' },
  { file: 'noise.bin', ffmpeg: '-f lavfi -i anoisesrc=duration=16:seed=7 -c:a pcm_s16le', muxer: 's16le' },
  {
    file: 'two-thousand-frames.mp4',
    ffmpeg: `${picture('16x16', '1000', 2)} -c:v mpeg4 -bf 1 -video_track_timescale 1000`,
  },
  { file: 'words.srt', text: '1\n00:00:00,500 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:05,000\nTwo\n' },
  {
    file: 'chapters.txt',
    text:
      ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=4\ntitle=first\n' +
      '[CHAPTER]\nTIMEBASE=1/1\nSTART=4\nEND=10\ntitle=second\n',
  },
];

export const recipes: readonly Recipe[] = [
  ...[avi, mp4MoovAtEnd, mp4MoovFirst, mp4Layouts, mp4Fragmented, mov, mobile, matroska, webm],
  ...[mpegts, mpegps, flv, asf, ogg, mxf, ivf, raw, withoutVideo],
].flat();
