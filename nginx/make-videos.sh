#!/usr/bin/env bash
# Makes the sample videos in nginx/videos/. Their expected outcomes are in nginx/sample-videos.json.
# Bit-exact and single-threaded, so the same ffmpeg makes the same bytes again.
set -euo pipefail

if ! command -v ffmpeg >/dev/null; then
  echo "make-videos: ffmpeg is missing; install it with: apt-get install ffmpeg" >&2
  exit 1
fi

cd "$(dirname "$0")"
mkdir -p videos
cd videos

# encode SIZE FRAME_RATE SECONDS OUTPUT [ffmpeg output option...]
encode() {
  local size=$1 rate=$2 seconds=$3 output=$4
  shift 4
  ffmpeg -nostdin -hide_banner -loglevel error -y \
    -f lavfi -i "testsrc2=size=$size:rate=$rate:duration=$seconds" \
    -f lavfi -i "sine=frequency=440:sample_rate=44100:duration=$seconds" \
    -map 0:v -map 1:a -threads 1 -filter_threads 1 \
    -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 \
    "$@" "$output"
}

# Writes the display matrix of a phone held upright into the first track. ffmpeg's own way differs from version to
# version.
rotate_clockwise() {
  local tkhd matrix_from_tkhd=44
  tkhd=$(grep -abom1 tkhd "$1" | head -n1 | cut -d: -f1)
  printf '\0\0\0\0\0\1\0\0\0\0\0\0\377\377\0\0' |
    dd of="$1" bs=1 seek=$((tkhd + matrix_from_tkhd)) conv=notrunc status=none
  printf '\0\0\0\0' |
    dd of="$1" bs=1 seek=$((tkhd + matrix_from_tkhd + 16)) conv=notrunc status=none
}

h264_aac=(-c:v libx264 -preset medium -crf 30 -g 30 -pix_fmt yuv420p -c:a aac -b:a 48k -ac 1)

encode 320x240  25 4 avi-mpeg4.avi -c:v mpeg4 -q:v 20 -c:a mp2 -b:a 64k -ac 1
encode 320x240  10 3 avi-mjpeg.avi -c:v mjpeg -q:v 24 -pix_fmt yuvj420p -an
encode 640x480  25 3 mp4-moov-at-end.mp4 "${h264_aac[@]}"
encode 1280x720 25 2 mp4-faststart.mp4 "${h264_aac[@]}" -crf 36 -movflags +faststart
encode 640x360  25 3 mp4-fragmented.mp4 "${h264_aac[@]}" -movflags +frag_keyframe+empty_moov+default_base_moof
encode 640x480  30 2 mov-portrait-rotated.mov "${h264_aac[@]}"
rotate_clockwise mov-portrait-rotated.mov
encode 640x480  24 3 matroska.mkv "${h264_aac[@]}"
encode 480x270  25 4 webm-vp9.webm -c:v libvpx-vp9 -b:v 160k -cpu-used 4 -row-mt 0 -c:a libopus -b:a 32k -ac 1
encode 640x480  25 3 mpeg-ts.ts "${h264_aac[@]}"

: > empty.mp4
head -c 81920 mp4-moov-at-end.mp4 > truncated.mp4

cat > html-page.mp4 <<'HTML'
<!DOCTYPE html>
<html lang="en">
  <head><title>404 Not Found</title></head>
  <body><h1>Not Found</h1><p>The clip has moved to the archive.</p></body>
</html>
HTML

ffmpeg -nostdin -hide_banner -loglevel error -y \
  -f lavfi -i "sine=frequency=440:sample_rate=44100:duration=5" \
  -fflags +bitexact -flags:a +bitexact -map_metadata -1 \
  -c:a aac -b:a 72k -movflags +faststart audio-only.mp4
