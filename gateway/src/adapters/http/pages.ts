import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DescMethod } from '@bufbuild/protobuf';
import type { Logger } from '@vigie/service-kit/telemetry';
import { ACCOUNT_PAGE, ACCOUNT_SCRIPT } from './account-page.ts';
import type { ExchangeHandler } from './exchange.ts';
import { describeFrontPage } from './front-page.ts';
import { methodNotAllowed } from './http-error.ts';
import { describeApi } from './openapi/openapi-document.ts';
import { acceptsGzip, sendBytes, sendError } from './send.ts';
import { entityTag, isHeld } from './transcoder/entity-tag.ts';

interface Page {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  read(): Promise<string | Buffer>;
}

interface LoadedPage {
  readonly plain: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
}

const JSON_TYPE = 'application/json';
const SCRIPT_TYPE = 'text/javascript; charset=utf-8';

/** Nothing from outside; the styles are those that Swagger UI sets on its elements. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

// By relative addresses, for a gateway that is reached below a path.
const DOCS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Vigie API</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START_SCRIPT = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });
`;

/**
 * What is there to be looked at: `GET /`, the OpenAPI document and a page that shows it, and where links in mails lead.
 * By their paths.
 */
export function createPages(methods: readonly DescMethod[], logger: Logger): ReadonlyMap<string, ExchangeHandler> {
  const pages: Readonly<Record<string, Page>> = {
    '/': { contentType: JSON_TYPE, read: async () => jsonText(describeFrontPage(methods)) },
    '/openapi.json': { contentType: JSON_TYPE, read: async () => jsonText(describeApi(methods)) },
    '/docs': {
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
      read: async () => DOCS_PAGE,
    },
    '/account': {
      contentType: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
      read: async () => ACCOUNT_PAGE,
    },
    '/account.js': { contentType: SCRIPT_TYPE, read: async () => ACCOUNT_SCRIPT },
    '/docs/start.js': { contentType: SCRIPT_TYPE, read: async () => START_SCRIPT },
    '/docs/swagger-ui.js': {
      contentType: SCRIPT_TYPE,
      read: () => readModuleFile(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js')),
    },
    '/docs/swagger-ui.css': {
      contentType: 'text/css; charset=utf-8',
      read: () => readModuleFile(import.meta.resolve('swagger-ui-dist/swagger-ui.css')),
    },
    '/docs/favicon.png': {
      contentType: 'image/png',
      read: () => readModuleFile(import.meta.resolve('swagger-ui-dist/favicon-32x32.png')),
    },
  };
  return new Map(Object.entries(pages).map(([path, page]) => [path, servePage(path, page, logger)]));
}

function servePage(path: string, page: Page, logger: Logger): ExchangeHandler {
  let loading: Promise<LoadedPage> | undefined;
  return async exchange => {
    exchange.route = path;
    const { request, response } = exchange;
    const { method = '' } = request;
    try {
      if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method, path, ['GET', 'HEAD']);
      loading ??= load(page).catch(error => {
        loading = undefined;
        throw error;
      });
      const { plain, zipped, etag } = await loading;
      const headers = {
        ...page.headers,
        'x-frame-options': 'DENY',
        etag,
        'cache-control': 'no-cache',
        vary: 'accept-encoding',
      };
      if (isHeld(request.headers['if-none-match'], etag)) response.writeHead(304, headers).end();
      else if (!acceptsGzip(request)) sendBytes(exchange, 200, page.contentType, plain, headers);
      else sendBytes(exchange, 200, page.contentType, zipped, { ...headers, 'content-encoding': 'gzip' });
    } catch (error) {
      sendError(exchange, error, logger);
    }
  };
}

async function load({ read }: Page): Promise<LoadedPage> {
  const plain = Buffer.from(await read());
  return { plain, zipped: await promisify(gzip)(plain), etag: entityTag(plain) };
}

function jsonText(json: unknown): string {
  return `${JSON.stringify(json)}\n`;
}

function readModuleFile(url: string): Promise<Buffer> {
  return readFile(fileURLToPath(url));
}
