import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(
  new URL('../../../scripts/openflow-print/run-theirs.ts', import.meta.url),
);

/** In the language of autotest: what each call feeds is taken, whatever the checks say. */
const CASES = `
AT_SETUP([a barrier])
AT_CHECK([ovs-ofctl ofp-print 0414000800000001], [0], [what nobody prints])
AT_CHECK([ovs-ofctl ofp-print 0114000800000001], [0], [])
AT_CLEANUP

AT_SETUP([actions, matches and flows])
AT_DATA([actions], [dnl
# actions=LOCAL
0000 0010 fffffffe 04d2 000000000000
])
AT_CHECK([ovs-ofctl parse-actions OpenFlow13 < actions])
AT_CHECK([echo 'NXM_OF_ETH_TYPE(0800) NXM_OF_NOBODY(00)' | ovs-ofctl parse-nxm])
AT_CHECK([ovs-ofctl add-flow br0 ip,actions=drop])
AT_CLEANUP
`;

describe("the judgement by Open vSwitch's test files", function () {
  this.timeout(30_000);

  it('counts what is the same, what differs and what is not for us', () => {
    const root = mkdtempSync(join(tmpdir(), 'nva-at-'));
    try {
      mkdirSync(join(root, 'tests'));
      writeFileSync(join(root, 'tests', 'ofp-print.at'), CASES);
      const args = ['--import', 'tsx', PROGRAM, root];
      const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      expect(stdout).to.match(/^ofp-print: messages +1 +1 +1 +0 +0 +0 +1$/m);
      expect(stdout).to.match(/^ofp-print: the same in other versions +5 +5 +5 +0 +0 +0 +0$/m);
      expect(stdout).to.match(/^ofp-print: actions +3 +3 +3 +0 +0 +0 +0$/m);
      expect(stdout).to.match(/^ofp-print: texts +3 +3 +3 +0 +0 +0 +0$/m);
      expect(stdout).to.match(/^ofp-print: matches +0 +0 +0 +0 +0 +0 +1$/m);
      expect(stdout).to.match(/^ +1 {2}not for us: OpenFlow 1\.0, 1\.1 or 1\.2$/m);
      expect(status).to.equal(0);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('asks for a source tree', () => {
    const { stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', PROGRAM, '/'], {
      encoding: 'utf8',
    });
    expect(stderr).to.contain('name a source tree of Open vSwitch');
    expect(status).not.to.equal(0);
  });
});
