import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { onMesh } from './on-mesh.ts';
import { runScript } from './run.ts';

/**
 * What people use to hold an OpenAPI document against its rules, and to make a client for TypeScript of it. It gets a
 * package of its own, or npm would take the project for it.
 */
export const OPENAPI_NPM_TOOLS = `echo '{"private":true}' > package.json
  npm install --no-audit --no-fund @redocly/cli@2.77.0 openapi-typescript@7.13.0 openapi-fetch@0.17.0`;
export const OPENAPI_GO_TOOL = 'go install github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2';
export const SCHEMATHESIS =
  'python3 -m venv --clear schemathesis && schemathesis/bin/pip install -q schemathesis==4.32.5';

/** A user's program. */
const TYPESCRIPT_CLIENT = `
import createClient from 'openapi-fetch';
import type { paths } from './api.ts';

declare const process: { readonly argv: readonly string[] };
const api = createClient<paths>({ baseUrl: process.argv[2] as string });
const uid = \`openapi-\${Date.now()}\`;
const alert = { uid, video: '/videos/mp4-faststart.mp4', timestamp: Date.now() / 1000, store: 'openapi' };
const created = await api.POST('/v1/alerts', { body: alert });
if (created.data?.uid !== uid) throw new Error(JSON.stringify(created.error));
const query = { wait: '30s' };
const { data } = await api.GET('/v1/alerts/{uid}', { params: { path: { uid }, query } });
if (data?.status !== 'PROCESSED' || data.media?.video?.codec !== 'h264') throw new Error(JSON.stringify(data));
const list = await api.GET('/v1/alerts', { params: { query: { stores: ['openapi'], page_size: 10 } } });
if (!list.data?.alerts.some(each => each.uid === uid)) throw new Error(JSON.stringify(list));
const { error } = await api.GET('/v1/alerts/{uid}', { params: { path: { uid: 'no-such' } } });
if (error?.error.status !== 'NOT_FOUND') throw new Error(JSON.stringify(error));
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ strict: true, noEmit: true, target: 'esnext', module: 'nodenext', skipLibCheck: true },
    ...{ allowImportingTsExtensions: true, lib: ['esnext', 'dom'], types: [] },
  },
  files: ['client.ts'],
};

/**
 * Has Redocly check the document that a mesh serves, makes a TypeScript client of it, and uses that.
 *
 * @param toolsDir where `OPENAPI_NPM_TOOLS` was run
 */
export async function useTypeScriptClient(dir: string, toolsDir: string, env: NodeJS.ProcessEnv): Promise<void> {
  writeFileSync(path.join(dir, 'client.ts'), TYPESCRIPT_CLIENT);
  writeFileSync(path.join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(dir, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await onMesh(async ({ url }) => {
    const script = `
      ln -s ${toolsDir}/node_modules node_modules
      curl -sf ${url}/openapi.json -o openapi.json
      node_modules/.bin/redocly lint --extends recommended openapi.json
      node_modules/.bin/openapi-typescript openapi.json -o api.ts
      tsc -p .
      node client.ts ${url}`;
    await runScript(script, { cwd: dir, env });
  });
}

/** Compiles a client that oapi-codegen makes of the document, and a program that uses it, and runs that. */
export async function useGoClient(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const program = path.join(PROJECT_DIR, 'tools/clients/go-openapi/main.go');
  await onMesh(async ({ url }) => {
    const script = `
      curl -sf ${url}/openapi.json -o openapi.json
      oapi-codegen -generate types,client -package main -o api.go openapi.json
      cp ${program} .
      go mod init example.com/robots && go mod tidy && go build -o robot .
      ./robot ${url}`;
    await runScript(script, { cwd: dir, env });
  });
}

/**
 * What is narrower or wider than the document on purpose: other forms of a value are taken (enums in any case, nothing
 * for what is absent), and no schema says which tokens, moments and videos there are.
 */
const ROBUSTNESS = 'negative_data_rejection,positive_data_acceptance';

/** Has schemathesis call each operation in all its phases, but the watch, which doesn't end. */
export async function runSchemathesis(dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const options = [
    '--exclude-path-regex :watch$',
    `--exclude-checks ${ROBUSTNESS}`,
    // Few texts are paths of videos.
    '--suppress-health-check filter_too_much',
    '--max-examples 20 --seed 1 --no-color',
  ].join(' ');
  await onMesh(async ({ url, access }) => {
    const header = `-H 'Authorization: Bearer ${access.adminKey}'`;
    await runScript(`schemathesis run ${url}/openapi.json ${options} ${header}`, { cwd: dir, env });
  });
}
