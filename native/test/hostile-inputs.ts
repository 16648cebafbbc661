import { ebmlElement, matroskaWithReferences } from './ebml-elements.ts';
import { bytesOf, mp4Box, mp4File, mp4Track } from './mp4-boxes.ts';
import { aviWithEmbeddedText, riffChunk } from './riff-chunks.ts';

export interface HostileInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** A text is no video at all; what is a container may well be one. */
  readonly isText: boolean;
}

/** What a file could be made to open. */
export interface Trap {
  readonly url: string;
  readonly file: string;
}

/** Files that name others, in each way that some demuxer of libav follows. */
export function makeHostileInputs(trap: Trap): HostileInput[] {
  return [...disguise(makeTexts(trap)), ...makeContainers(trap)];
}

function makeTexts({ url, file }: Trap): Record<string, string> {
  const hls = `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="${url}"\n#EXTINF:4,\n${url}\n#EXTINF:4,\nfile://${file}\n#EXT-X-ENDLIST\n`;
  return {
    hls,
    'hls master': `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${url}\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="${url}"\n`,
    'hls by concat': `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nconcat:${url}|${file}\n`,
    dash: `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" mediaPresentationDuration="PT4S"><Period><BaseURL>${url}</BaseURL><AdaptationSet contentType="video"><Representation id="1" bandwidth="1"><SegmentTemplate duration="4" startNumber="1" media="${url}" initialization="${url}"/></Representation></AdaptationSet></Period></MPD>`,
    'smooth streaming': `<SmoothStreamingMedia MajorVersion="2"><StreamIndex Type="video" Url="${url}"/></SmoothStreamingMedia>`,
    imf: `<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/2016"><Id>urn:uuid:1</Id></CompositionPlaylist>`,
    sdp: 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
    rtsp: `RTSP/1.0 200 OK\nLocation: ${url}\n`,
    ffconcat: `ffconcat version 1.0\nfile '${file}'\nfile '${url}'\n`,
    image2: `${file.replace(/[^/]*$/, '')}frame-%04d.png\n`,
    'm3u playlist': `#EXTM3U\n#EXTINF:1,x\n${url}\n${file}\n`,
    pls: `[playlist]\nFile1=${url}\nFile2=${file}\nNumberOfEntries=2\nVersion=2\n`,
    asx: `<ASX version="3.0"><ENTRY><REF HREF="${url}"/></ENTRY></ASX>`,
    'asf reference': `[Reference]\r\nRef1=${url}\r\nRef2=${file}\r\n`,
    xspf: `<?xml version="1.0"?><playlist version="1"><trackList><track><location>${url}</location></track></trackList></playlist>`,
    smil: `<smil><body><video src="${url}"/></body></smil>`,
    'quicktime link': `<?xml version="1.0"?><?quicktime type="application/x-quicktime-media-link"?><embed src="${url}"/>`,
    rtsptext: `RTSPtext\r\n${url}\r\n`,
    subrip: `1\n00:00:00,000 --> 00:00:02,000\n<img src="${url}">\n\n2\n00:00:02,000 --> 00:00:04,000\n${file}\n`,
    ass: `[Script Info]\nScriptType: v4.00+\nVideo File: ${file}\n[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,${url}\n`,
    webvtt: `WEBVTT\n\n00:00.000 --> 00:02.000\n${url}\n`,
    sami: `<SAMI><BODY><SYNC Start=0><P>${url}</P></SYNC></BODY></SAMI>`,
    microdvd: `{0}{25}${url}\n{25}{50}${file}\n`,
    'vobsub index': `# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n`,
    ffmetadata: `;FFMETADATA1\ntitle=${url}\n[CHAPTER]\nSTART=0\nEND=1\n`,
    tty: `\u001b[2J\u001b[1;1H${url}\r\n\u001b[0m`,
    avisynth: `DirectShowSource("${url}")\nAVISource("${file}")\n`,
    mpjpeg: `--boundary\r\nContent-Type: image/jpeg\r\nContent-Length: 10\r\nLocation: ${url}\r\n\r\n`,
    html: `<!DOCTYPE html><html><meta http-equiv="refresh" content="0;url=${url}"><video src="${url}"></video></html>`,
    svg: `<svg xmlns="http://www.w3.org/2000/svg"><image href="${url}"/></svg>`,
    path: `${file}\n`,
    url: `${url}\n`,
  };
}

/** Each as it is, and dressed so that a check for plain text alone would not find it. */
function disguise(texts: Record<string, string>): HostileInput[] {
  return Object.entries(texts).flatMap(([name, text]) => [
    { name, bytes: Buffer.from(text), isText: true },
    { name: `${name} with a byte order mark`, bytes: Buffer.from(`\uFEFF${text}`), isText: true },
    { name: `${name} with a NUL after it`, bytes: bytesOf(Buffer.from(text), '\0\x01'), isText: true },
    { name: `${name} in 64 KiB`, bytes: bytesOf(Buffer.from(text), Buffer.alloc(65_536, '\n')), isText: true },
    { name: `${name} before zeros`, bytes: bytesOf(Buffer.from(text), Buffer.alloc(40_000)), isText: true },
  ]);
}

function makeContainers({ url, file }: Trap): HostileInput[] {
  const text = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n${url}\n#EXTINF:4,\n${file}\n#EXT-X-ENDLIST\n`;
  const track = mp4Track({ samples: 10 });
  const external = (...reference: Uint8Array[]) => mp4Track({ samples: 10, dataReference: bytesOf(...reference) });
  const containers = {
    'mp4 with media at a URL': mp4File(external(mp4Box('url ', 0, `${url}\0`))),
    'mp4 with media in a file': mp4File(external(mp4Box('url ', 0, `file://${file}\0`))),
    'mp4 with media under a name': mp4File(external(mp4Box('urn ', 0, `x\0${url}\0`))),
    'mov with media in an alias': mp4File(external(mp4Box('alis', 0, makeAlias(file)))),
    'mov that refers to a movie': mp4File(mp4Box('rmra', mp4Box('rmda', mp4Box('rdrf', 0, 'url ', url.length, url)))),
    'mov that refers to a movie beside a track': mp4File(
      track,
      mp4Box('rmra', mp4Box('rmda', mp4Box('rdrf', 0, 'url ', url.length + 1, `${url}\0`))),
    ),
    'mp4 with a playlist for media': bytesOf(mp4File(track), mp4Box('mdat', text)),
    'matroska of linked segments and attachments': matroskaWithReferences(url),
    'matroska of linked files': matroskaWithReferences(file),
    'matroska that is a playlist': bytesOf(ebmlElement(0x1a45dfa3, ebmlElement(0x4282, text))),
    'avi with a playlist for subtitles': aviWithEmbeddedText(text),
    'avi with a concat list for subtitles': aviWithEmbeddedText(`ffconcat version 1.0\nfile '${file}'\n`),
    'avi that is a playlist': riffChunk('RIFF', 'AVI ', text),
    'asf with a script command': makeAsfWithScript(url),
    'transport stream with a playlist after it': bytesOf(Buffer.alloc(188 * 8, 0x47), text),
  };
  return Object.entries(containers).map(([name, bytes]) => ({ name, bytes, isText: false }));
}

/** The classic Mac OS alias record, with the absolute path (type 2) that libav can be made to follow. */
function makeAlias(file: string): Buffer {
  const fixed = Buffer.alloc(150);
  fixed.writeUInt16BE(2, 6);
  fixed.writeUInt8(1, 10);
  const pathHeader = Buffer.alloc(4);
  pathHeader.writeUInt16BE(2, 0);
  pathHeader.writeUInt16BE(file.length, 2);
  return bytesOf(fixed, pathHeader, file, Buffer.alloc(file.length % 2), Buffer.from([0xff, 0xff, 0, 0]));
}

function makeAsfWithScript(url: string): Buffer {
  const command = Buffer.from(`URL\0${url}\0`, 'utf16le');
  const script = asfObject('301afb1e620bd011a39b00a0c90348f6', Buffer.alloc(16), Buffer.from([1, 0, 1, 0]), command);
  const count = Buffer.from([1, 0, 0, 0, 1, 2]);
  return bytesOf(asfObject('3026b2758e66cf11a6d900aa0062ce6c', count, script), Buffer.alloc(4096));
}

function asfObject(guid: string, ...body: readonly Uint8Array[]): Buffer {
  const bytes = bytesOf(...body);
  const size = Buffer.alloc(8);
  size.writeUInt32LE(24 + bytes.length);
  return bytesOf(Buffer.from(guid, 'hex'), size, bytes);
}
