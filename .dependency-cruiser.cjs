/** @type {import('dependency-cruiser').IConfiguration} */
const PURE = '^(protocols|lib/(model|desired|reconcile|control))/';
const sees = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(lib|protocols)/', pathNot: allowed },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    sees('base-is-a-leaf', '^protocols/base/', '^protocols/base/'),
    sees('openflow-values', '^protocols/openflow/values/', '^protocols/(base|openflow/values)/'),
    sees('openflow-wire', '^protocols/openflow/wire/', '^protocols/(base|openflow/(values|wire))/'),
    sees(
      'openflow-text',
      '^protocols/openflow/text/',
      '^protocols/(base|packet|openflow/(values|text))/',
    ),
    sees('packet-alone', '^protocols/packet/', '^protocols/(base|packet)/'),
    sees('openflow-session', '^protocols/openflow/session/', '^protocols/(base|openflow)/'),
    sees('ovsdb-alone', '^protocols/ovsdb/', '^protocols/(base|ovsdb)/'),
    sees('model-is-nouns', '^lib/model/', '^(lib/model|protocols/base|protocols/openflow/values)/'),
    sees(
      'desired-sees-model',
      '^lib/desired/',
      '^(lib/(desired|model)|protocols/base|protocols/(openflow|ovsdb)/values)/',
    ),
    sees(
      'reconcile-sees-values',
      '^lib/reconcile/',
      '^(lib/(reconcile|desired|model)|protocols/base|protocols/(openflow|ovsdb)/values)/',
    ),
    sees(
      'control-is-pure-glue',
      '^lib/control/',
      '^(lib/(control|desired|reconcile|model)|protocols/base|protocols/(openflow|ovsdb)/values|protocols/openflow/text)/',
    ),
    sees('store-looks-inward', '^lib/store/', '^(lib/(store|model|runtime)|protocols/base)/'),
    sees(
      'northbound-looks-inward',
      '^lib/northbound/',
      '^(lib/(northbound|model|runtime)|protocols/base)/',
    ),
    // Of the pure rooms beside reconcile it knows three files: the words that it speaks with the core, the numbers of
    // the tunnel ports, and the mark of our flows.
    sees(
      'southbound-executes-plans',
      '^lib/southbound/',
      '^((lib/(southbound|reconcile|model|runtime)|protocols)/|lib/(control/inputs|desired/(pipeline|cookie))\\.ts$)',
    ),
    sees(
      'cli-speaks-to-the-api',
      '^lib/cli/',
      '^(lib/(cli|model|northbound|runtime)|protocols)/|^lib/daemon/(serve|store-copy)\\.ts$',
    ),
    {
      name: 'daemon-is-not-a-command',
      severity: 'error',
      from: { path: '^lib/daemon/' },
      to: { path: '^lib/cli/', pathNot: '^lib/cli/version\\.ts$' },
    },
    sees('runtime-is-generic', '^lib/runtime/', '^(lib/runtime|protocols/base)/'),
    {
      name: 'entry-points-are-roots',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(daemon|cli)/' },
      to: { path: '^lib/(daemon|cli)/' },
    },
    {
      name: 'pure-has-no-io',
      severity: 'error',
      from: { path: PURE },
      to: { dependencyTypes: ['core'], pathNot: '^assert(/strict)?$' },
    },
    {
      name: 'pure-npm-allowlist',
      severity: 'error',
      from: { path: PURE },
      to: { path: 'node_modules/', pathNot: 'node_modules/(binary-parser|json-rpc-2\\.0)/' },
    },
    {
      name: 'one-owner-binary-parser',
      severity: 'error',
      from: { pathNot: '^protocols/openflow/wire/' },
      to: { path: 'node_modules/binary-parser/' },
    },
    {
      name: 'one-owner-json-rpc',
      severity: 'error',
      from: { pathNot: '^protocols/ovsdb/rpc-peer' },
      to: { path: 'node_modules/json-rpc-2\\.0/' },
    },
    {
      name: 'one-owner-ioredis',
      severity: 'error',
      from: { pathNot: '^lib/store/' },
      to: { path: 'node_modules/ioredis/' },
    },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^(lib|protocols)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
