/**
 * Which part may import which: the walls of docs/architecture.md. `npm run check:imports` holds every file against it,
 * and tools/checks/src/import-rules.spec.ts shows that each rule bites.
 *
 * Rules read paths after resolution, so `../../adapters`, `@vigie/...` and `./x.ts` count alike, and so do type-only
 * imports.
 */

const SERVICE = '^(gateway|[^/]+-svc)/';
const PRODUCTION = '^(gateway|[^/]+-svc|lib|native|proto)/';
/** A package of ours; group 1 is its folder. */
const PACKAGE = '^((?:lib|tools)/[^/]+|gateway|[^/]+-svc|native|proto)/';
/** Code that only tests run. */
const TEST_CODE = '(\\.(spec|contract|fake)\\.ts|/testing/.*|/testing\\.ts|^native/(test|fuzz|bench)/.*)$';

// What the inner rooms may take from other packages: rules and values, nothing that does I/O.
const ALERT = '^lib/alert/src/index\\.ts$';
/** What names a tenant, and nothing else. */
const TENANTS = '^lib/access/src/tenants\\.ts$';
const ACCESS = '^lib/access/src/(index|tenants)\\.ts$';
const NATIVE_TYPES = '^native/ts/index\\.ts$';
const ASYNC_KIT = '^lib/service-kit/src/async/';
const ERRORS_KIT = '^lib/service-kit/src/errors/';
const DATABASE_ERRORS = '^lib/postgres/src/errors/';
const FEED = '^lib/outcome-feed/src/index\\.ts$';
const MEDIA = '^lib/media-source/src/index\\.ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'domain-imports-nothing-outward',
      severity: 'error',
      comment:
        'The domain imports only itself, the alert, identities, the async kit and the base of errors, and does no I/O.',
      from: { path: '^([^/]+)/src/domain/', pathNot: TEST_CODE },
      to: { pathNot: ['^$1/src/domain/', ALERT, ACCESS, NATIVE_TYPES, ASYNC_KIT, ERRORS_KIT, '^(node:)?crypto$'] },
    },
    {
      name: 'probe-child-stays-small',
      severity: 'error',
      comment: 'A child is started anew after each file that crashes it: it loads no RPC, no NATS and no schemas.',
      from: { path: '^probe-svc/src/isolated-main\\.ts$' },
      to: { path: ['^lib/service-kit/src/(grpc|nats|telemetry)/', '^proto/'], reachable: true },
    },
    {
      name: 'alert-does-no-io',
      severity: 'error',
      comment: "The alert's own rules are the kernel that every domain builds on.",
      from: { path: '^lib/alert/src/[^/]+$', pathNot: TEST_CODE },
      to: { pathNot: ['^lib/alert/src/[^/]+$', TENANTS, '^(node:)?crypto$'] },
    },
    {
      name: 'ports-speak-the-domain',
      severity: 'error',
      comment: "A port speaks in the domain's words and imports only the domain, and the errors of keeping rows.",
      from: { path: '^([^/]+)/src/ports/', pathNot: TEST_CODE },
      to: {
        pathNot: ['^$1/src/(ports|domain)/', ALERT, ACCESS, DATABASE_ERRORS, FEED, MEDIA, NATIVE_TYPES, ERRORS_KIT],
      },
    },
    {
      name: 'application-knows-no-technology',
      severity: 'error',
      comment:
        'A use case imports the domain, ports, ranged reading and the async kit; technology comes in through a port.',
      from: { path: '^([^/]+)/src/application/', pathNot: TEST_CODE },
      to: { pathNot: ['^$1/src/(application|ports|domain)/', ALERT, ACCESS, MEDIA, ASYNC_KIT, ERRORS_KIT] },
    },
    {
      name: 'adapters-stand-alone',
      severity: 'error',
      comment: 'An adapter never imports another adapter: what two need belongs to the domain, a port or a package.',
      from: { path: '^([^/]+)/src/adapters/([^/]+)/', pathNot: TEST_CODE },
      to: { path: '^$1/src/adapters/', pathNot: '^$1/src/adapters/$2/' },
    },
    {
      name: 'rooms-do-not-know-the-house',
      severity: 'error',
      comment: 'Whoever assembles a service imports its rooms, never the other way round.',
      from: { path: `${SERVICE}src/(domain|ports|application|adapters|api)/`, pathNot: TEST_CODE },
      to: { path: '^$1/src/([^/]+\\.ts$|cli/)' },
    },
    {
      name: 'cli-is-imported-by-nobody',
      severity: 'error',
      comment: 'A command line is an entry point.',
      from: { pathNot: '/src/cli/' },
      to: { path: '/src/cli/' },
    },
    {
      name: 'services-never-each-other',
      severity: 'error',
      comment: 'Services meet in @vigie/proto and in the packages of lib/.',
      from: { path: SERVICE },
      to: { path: SERVICE, pathNot: '^$1/' },
    },
    {
      name: 'packages-know-no-service',
      severity: 'error',
      comment: 'What several services share must not depend on one of them.',
      from: { path: '^(lib|native|proto)/' },
      to: { path: SERVICE },
    },
    {
      name: 'native-stands-alone',
      severity: 'error',
      comment: 'The libav core knows the alert, for the shape of its findings, and no other package.',
      from: { path: '^native/', pathNot: TEST_CODE },
      to: { path: PACKAGE, pathNot: ['^native/', ALERT] },
    },
    {
      name: 'media-source-knows-no-alert',
      severity: 'error',
      comment: 'Whoever reads videos may use it: it knows files and ranges, and neither alerts nor gRPC.',
      from: { path: '^lib/media-source/', pathNot: TEST_CODE },
      to: { path: PACKAGE, pathNot: ['^lib/media-source/', ASYNC_KIT, ERRORS_KIT] },
    },
    {
      name: 'postgres-knows-no-alert',
      severity: 'error',
      comment:
        'Whatever a service keeps in Postgres, it may use it: it knows connections and migrations, and no table.',
      from: { path: '^lib/postgres/', pathNot: TEST_CODE },
      to: { path: PACKAGE, pathNot: ['^lib/postgres/', '^lib/service-kit/', TENANTS] },
    },
    {
      name: 'database-errors-do-no-io',
      severity: 'error',
      comment: 'Ports speak of them.',
      from: { path: DATABASE_ERRORS, pathNot: TEST_CODE },
      to: { pathNot: [DATABASE_ERRORS, ERRORS_KIT] },
    },
    {
      name: 'client-runs-in-browsers',
      severity: 'error',
      comment: 'The client imports the contract and Connect over fetch, nothing of Node and no other package of ours.',
      from: { path: '^lib/client/src/', pathNot: TEST_CODE },
      to: {
        pathNot: [
          '^lib/client/src/',
          '^proto/',
          '^node_modules/@bufbuild/',
          '^node_modules/@connectrpc/connect(-web)?/',
        ],
      },
    },
    {
      name: 'tools-are-not-for-production',
      severity: 'error',
      comment: 'What developers run is not there where Vigie runs.',
      from: { path: PRODUCTION, pathNot: TEST_CODE },
      to: { path: '^tools/' },
    },
    {
      name: 'production-imports-no-test-code',
      severity: 'error',
      comment: 'Fakes, contracts and test set-ups are for tests.',
      from: { path: PRODUCTION, pathNot: TEST_CODE },
      to: { path: TEST_CODE },
    },
    {
      name: 'specs-are-imported-by-nobody',
      severity: 'error',
      comment: 'What two specs need goes into a `testing` folder.',
      from: {},
      to: { path: '\\.spec\\.ts$' },
    },
    {
      name: 'e2e-is-imported-by-nobody',
      severity: 'error',
      comment: 'The end-to-end tests, chaos and benches are ends, not libraries.',
      from: { path: PACKAGE },
      to: { path: '^tools/(e2e|chaos|bench)/', pathNot: '^$1/' },
    },
    {
      name: 'only-the-composition-root-injects',
      severity: 'error',
      comment: 'Everything else gets what it needs as arguments.',
      from: { pathNot: ['/src/composition-root\\.ts$', '^lib/service-kit/src/injection/'] },
      to: { path: '^lib/service-kit/src/injection/' },
    },
    {
      name: 'only-bind-parts-knows-tsyringe',
      severity: 'error',
      comment: 'A composition root binds its parts by bindParts.',
      from: { pathNot: '^lib/service-kit/src/injection/' },
      to: { path: '(^|/)(tsyringe|reflect-metadata)(/|$)' },
    },
    {
      name: 'declarations-import-nothing',
      severity: 'error',
      comment:
        "A service's declaration is read by tools, and while its image is built, before there is a node_modules.",
      from: { path: `${SERVICE}src/service\\.ts$` },
      to: { pathNot: '^lib/service-kit/src/declaration/' },
    },
    {
      name: 'no-way-round-exports',
      severity: 'error',
      comment: 'Another package is imported by its name, through its `exports`; a relative path would go round them.',
      // Setup runs before there is a node_modules.
      from: { path: PACKAGE, pathNot: '^tools/dev-env/setup/' },
      to: { path: PACKAGE, pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-own-index',
      severity: 'error',
      comment: 'Inside a package files import one another directly: an index is for other packages.',
      from: { path: '^((?:lib|tools)/[^/]+/src|native/ts)/', pathNot: '/(index|testing)\\.ts$' },
      to: { path: '^$1/.*index\\.ts$', dependencyTypes: ['local'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Of two files that import each other neither can be understood alone.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: "The file is not there, or the package's `exports` do not offer it.",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-deprecated-core',
      severity: 'error',
      comment: 'Node has a better module.',
      from: {},
      to: { dependencyTypes: ['core'], path: '^(node:)?(punycode|domain|constants|sys|_linklist|_stream_wrap)$' },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(proto/gen|nginx/videos|native/build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.cjs', '.json', '.node'],
    },
  },
};
