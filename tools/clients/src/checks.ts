import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MACHINE_DIR, PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { callEverything } from './call-everything.ts';
import { documentedBlock } from './documented-blocks.ts';
import { runDocumentedCommands } from './documented-commands.ts';
import { cloneOwnProtos, cloneProtos } from './fresh-clone.ts';
import {
  OPENAPI_GO_TOOL,
  OPENAPI_NPM_TOOLS,
  runSchemathesis,
  SCHEMATHESIS,
  useGoClient,
  useTypeScriptClient,
} from './openapi-clients.ts';
import { hasProgram, runScript } from './run.ts';
import { runWatchLoop } from './watch-loop.ts';

export interface Check {
  readonly name: string;
  /** Why it can't run on this machine; undefined if it can. */
  readonly missing: string | undefined;
  /** @param dir an empty folder. @throws Error if a client can't be generated, compiled or used as documented */
  readonly run: (dir: string) => Promise<void>;
}

/** The tools of other languages, and what they have downloaded. */
const TOOLS_DIR = path.join(MACHINE_DIR, 'clients');
const BIN_DIR = path.join(TOOLS_DIR, 'bin');
const VENV_DIR = path.join(TOOLS_DIR, 'python');
const MAVEN_DIR = path.join(TOOLS_DIR, 'maven');

/** A proxy that nobody listens at. */
const OFFLINE = { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' };

const env = {
  PATH: [BIN_DIR, path.join(VENV_DIR, 'bin'), path.join(PROJECT_DIR, 'node_modules/.bin'), process.env.PATH].join(':'),
  GOBIN: BIN_DIR,
  GOMODCACHE: path.join(TOOLS_DIR, 'go/mod'),
  GOCACHE: path.join(TOOLS_DIR, 'go/cache'),
  GOFLAGS: '-modcacherw -buildvcs=false',
};

const noGo = hasProgram('go', 'version') ? undefined : 'there is no Go';
const noPython = hasProgram('python3', '-c', 'import venv, ensurepip') ? undefined : 'there is no Python with venv';
const noMaven = hasProgram('mvn', '--version') ? undefined : 'there is no Maven';
const noCargo = hasProgram('cargo', '--version') ? undefined : 'there is no Rust';
const noJq = hasProgram('jq', '--version') ? undefined : 'there is no jq';

const PUBLIC_PROTOS = "$(find proto/vigie -name '*.proto' -not -path '*/internal/*')";
const GO = documentedBlock('sh', 'protoc-gen-go@');
const [GO_TOOLS, GO_CLIENT] = splitAt(GO, /^protoc /m);
const COMMANDS = [
  ...documentedBlock('sh', 'go install github.com/fullstorydev').trimEnd().split('\n'),
  'go install github.com/nats-io/natscli/nats@v0.5.0',
];
const PYTHON = documentedBlock('sh', 'grpc_tools.protoc');
const [PYTHON_TOOLS, PYTHON_CLIENT] = splitAt(PYTHON, /^python /m);

/** Installs what the checks use, by the documented commands, unless an earlier run has. */
export async function installTools(): Promise<void> {
  mkdirSync(BIN_DIR, { recursive: true });
  const python = async () => {
    await once('python', PYTHON_TOOLS, () =>
      runScript(`python3 -m venv --clear ${VENV_DIR}\n${PYTHON_TOOLS}`, { cwd: TOOLS_DIR, env }),
    );
    writeFileSync(path.join(BIN_DIR, 'protoc'), `#!/bin/sh\nexec ${VENV_DIR}/bin/python -m grpc_tools.protoc "$@"\n`, {
      mode: 0o755,
    });
  };
  const go = () => once('go', GO_TOOLS, () => runScript(GO_TOOLS, { cwd: TOOLS_DIR, env }));
  await Promise.all([noPython ?? python(), noGo ?? go()]);
}

export const checks: readonly Check[] = [
  {
    name: 'buf build, in a fresh clone',
    missing: undefined,
    async run(dir) {
      cloneProtos(dir);
      await runScript('buf build', { cwd: dir, env: { ...env, ...OFFLINE, BUF_CACHE_DIR: path.join(dir, '.cache') } });
    },
  },
  {
    name: 'Go by buf, with what the protos import from Maven',
    missing: noMaven ?? noGo,
    async run(dir) {
      cloneOwnProtos(dir);
      const [fetchImports, useBuf] = splitAt(documentedBlock('sh', 'unpack-dependencies'), /^modules=/m);
      await runScript(fetchImports, { cwd: dir, env: { ...env, MAVEN_OPTS: `-Dmaven.repo.local=${MAVEN_DIR}` } });
      const cache = { BUF_CACHE_DIR: path.join(dir, '.cache') };
      await runScript(useBuf, { cwd: dir, env: { ...env, ...OFFLINE, ...cache } });
      await runScript('cd gen/go && go mod init vigie && go mod tidy && go build ./...', { cwd: dir, env });
    },
  },
  {
    name: 'Go by buf generate, with buf.gen.yaml',
    missing: noGo,
    async run(dir) {
      cloneProtos(dir);
      // The same plugins, from this machine.
      const template = path.join(dir, 'buf.gen.yaml');
      const local = readFileSync(template, 'utf8')
        .replace('remote: buf.build/protocolbuffers/go', 'local: protoc-gen-go')
        .replace('remote: buf.build/grpc/go', 'local: protoc-gen-go-grpc');
      writeFileSync(template, local);
      await runScript('buf generate', { cwd: dir, env: { ...env, ...OFFLINE } });
      await runScript('cd gen/go && go mod init vigie && go mod tidy && go build ./...', { cwd: dir, env });
    },
  },
  {
    name: 'Go by buf generate in managed mode, from another repository',
    missing: noGo,
    async run(dir) {
      cloneProtos(path.join(dir, 'vigie'));
      writeFileSync(path.join(dir, 'buf.gen.yaml'), documentedBlock('yaml', 'managed:'));
      await runScript('buf generate', { cwd: dir, env: { ...env, ...OFFLINE } });
      await runScript('go mod init example.com/robots && go mod tidy && go build ./...', { cwd: dir, env });
    },
  },
  {
    name: 'Go by protoc, which calls everything on a mesh',
    missing: noGo ?? noPython,
    async run(dir) {
      cloneProtos(dir);
      await runScript(`mkdir gen\n${GO_CLIENT}`, { cwd: dir, env });
      const caller = path.join(dir, 'call-everything');
      const build = `cp tools/clients/go/* .\ngo mod tidy && go build -o ${caller} .`;
      await runScript(build, { cwd: dir, env });
      await callEverything(caller);
    },
  },
  {
    name: 'Java by Maven, which calls everything on a mesh; C# by its protoc, generated but not compiled: no package registry here has the .NET SDK',
    missing: noMaven,
    async run(dir) {
      cloneProtos(dir);
      const project = path.join(dir, 'tools/clients/java');
      const classPath = 'dependency:build-classpath -Dmdep.outputFile=target/classpath';
      await runScript(`mvn -q -B -Dmaven.repo.local=${MAVEN_DIR} compile ${classPath}`, { cwd: project });
      const jars = readFileSync(path.join(project, 'target/classpath'), 'utf8').trim();
      await callEverything('java', ['-cp', `${path.join(project, 'target/classes')}:${jars}`, 'CallEverything']);
      // The files that come with any other protoc are in a jar here.
      const csharp = `protoc=$(find tools/clients/java/target -name 'protoc-[0-9]*.exe')
        descriptor=$(find tools/clients/java/target -path '*/google/protobuf/descriptor.proto')
        chmod +x $protoc
        mkdir gen
        $protoc -I proto -I third_party -I \${descriptor%/google/*} \\
          --csharp_out=gen --csharp_opt=base_namespace=Vigie ${PUBLIC_PROTOS}`;
      await runScript(csharp, { cwd: dir });
    },
  },
  {
    name: 'Python by protoc, which calls everything on a mesh, and the watch loop',
    missing: noPython,
    async run(dir) {
      cloneProtos(dir);
      await runScript(`mkdir gen\n${PYTHON_CLIENT}`, { cwd: dir, env });
      const modules = "find gen -name '*_pb2*.py' | sed 's|^gen/||; s|/|.|g; s|\\.py$||; s|^|import |'";
      await runScript(`${modules} > all.py\nPYTHONPATH=gen python all.py`, { cwd: dir, env });
      const generated = path.join(dir, 'gen');
      const caller = path.join(PROJECT_DIR, 'tools/clients/python/call_everything.py');
      const python = path.join(VENV_DIR, 'bin/python');
      await callEverything(python, [caller], { PYTHONPATH: generated, PYTHONUNBUFFERED: '1' });
      await runWatchLoop({ python, generated });
    },
  },
  {
    name: 'Rust by tonic, which calls everything on a mesh',
    missing: noCargo ?? noPython,
    async run(dir) {
      cloneProtos(dir);
      const target = path.join(TOOLS_DIR, 'rust');
      const rust = { PROTOS: dir, PROTOC: path.join(BIN_DIR, 'protoc'), CARGO_TARGET_DIR: target };
      await runScript('cargo build -q', { cwd: path.join(dir, 'tools/clients/rust'), env: { ...env, ...rust } });
      await callEverything(path.join(target, 'debug/call-everything'));
    },
  },
  {
    name: 'OpenAPI by Redocly, and a TypeScript client of openapi-typescript',
    missing: undefined,
    async run(dir) {
      const tools = path.join(TOOLS_DIR, 'npm');
      mkdirSync(tools, { recursive: true });
      await once('openapi-npm', OPENAPI_NPM_TOOLS, () => runScript(OPENAPI_NPM_TOOLS, { cwd: tools, env }));
      await useTypeScriptClient(dir, tools, env);
    },
  },
  {
    name: 'OpenAPI by a Go client of oapi-codegen',
    missing: noGo,
    async run(dir) {
      await once('openapi-go', OPENAPI_GO_TOOL, () => runScript(OPENAPI_GO_TOOL, { cwd: TOOLS_DIR, env }));
      await useGoClient(dir, env);
    },
  },
  {
    name: 'OpenAPI by schemathesis, in all its phases',
    missing: noPython,
    async run(dir) {
      await once('schemathesis', SCHEMATHESIS, () => runScript(SCHEMATHESIS, { cwd: TOOLS_DIR, env }));
      await runSchemathesis(dir, { ...env, PATH: `${TOOLS_DIR}/schemathesis/bin:${env.PATH}` });
    },
  },
  {
    name: 'grpcurl, ghz and nats, by the commands of the docs',
    missing: noGo ?? noJq,
    async run(dir) {
      // Each may take minutes the first time.
      for (const [index, command] of COMMANDS.entries()) {
        await once(`command-${index}`, command, () => runScript(command, { cwd: TOOLS_DIR, env }));
      }
      await runDocumentedCommands(dir, env);
    },
  },
];

/** Runs `work` unless it was run with the same script before. */
async function once(name: string, script: string, work: () => Promise<void>): Promise<void> {
  const stamp = path.join(TOOLS_DIR, `${name}.installed`);
  try {
    if (readFileSync(stamp, 'utf8') === script) return;
  } catch {
    // Never run.
  }
  await work();
  writeFileSync(stamp, script);
}

function splitAt(script: string, line: RegExp): [string, string] {
  const index = script.search(line);
  return [script.slice(0, index), script.slice(index)];
}
