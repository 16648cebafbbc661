export { translateFeedError } from './feed-rpc-error.ts';
export { decodeResumeToken, encodeResumeToken } from './resume-token.ts';
export { readWatchRequest, type WatchQuery } from './watch-request.ts';
