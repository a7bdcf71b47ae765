import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuthorityError } from '../../../lib/northbound/authority.ts';
import type { Snapshot } from '../../../lib/store/contract.ts';
import { openLmdbStore } from '../../../lib/store/lmdb-store.ts';
import { openRedisStore } from '../../../lib/store/redis-store.ts';
import { ApiFixture, BLUE } from '../../fakes/api-fixture.ts';
import { type CliRun, runInProcess } from '../../fakes/fake-cli.ts';
import { RedisServer } from '../../support/redis-server.ts';
import { freshDomain, locationOf } from '../store/redis-lab.ts';

const nva = (words: string): Promise<CliRun> => runInProcess(words.split(' '));

const NETWORK = { v: 1, kind: 'network', name: 'blue', vni: 5, vniAllocated: false };
const NEWER = { v: 2, kind: 'router', name: 'r1', of: ['a', { newer: 'release' }] };

let folder: string;
let lmdb: string;

function withFolder(): void {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nva-copy-'));
    lmdb = join(folder, 'store');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
}

async function fill(): Promise<void> {
  const store = await openLmdbStore({ directory: lmdb });
  await store.apply({ writes: [{ op: 'put', key: 'network/blue', value: NETWORK }] });
  await store.apply({ writes: [{ op: 'put', key: 'router/r1', value: NEWER }] });
  await store.close();
}

async function contentOf(directory: string): Promise<Record<string, unknown>> {
  const store = await openLmdbStore({ directory });
  const { records } = await store.snapshot();
  await store.close();
  return Object.fromEntries(records.map(({ key, value }) => [key, value]));
}

const CONTENT = { 'network/blue': NETWORK, 'router/r1': NEWER };

describe('nva store copy', function () {
  this.timeout(20_000);
  withFolder();
  beforeEach(fill);

  it('moves everything to a file and back, with what it cannot read, and names that', async () => {
    const file = join(folder, 'nva.ndjson');
    const there = await nva(`store copy lmdb:${lmdb} file:${file} --domain blue`);
    expect(there.out).to.equal(
      `copied network 1, router 1 from lmdb:${lmdb} to file:${file} (domain blue, revision 2)\n`,
    );
    expect(there.err).to.match(
      /^nva: copied as it is: The record router\/r1 has version 2, [^\n]*\n$/,
    );
    const other = join(folder, 'other');
    const back = await nva(`restore ${file} --store lmdb:${other}`);
    expect([back.code, back.out]).to.deep.equal([
      0,
      `copied network 1, router 1 from file:${file} to lmdb:${other} (domain blue, revision 2)\n`,
    ]);
    expect(await contentOf(other)).to.deep.equal(CONTENT);
  });

  it('refuses a target that holds something, by what it holds, and leaves it as it is', async () => {
    const other = join(folder, 'other');
    const store = await openLmdbStore({ directory: other });
    await store.apply({ writes: [{ op: 'put', key: 'port/vm1', value: { v: 1 } }] });
    await store.close();
    const { code, err } = await nva(`store copy lmdb:${lmdb} lmdb:${other}`);
    expect([code, err]).to.deep.equal([
      4,
      `nva: nothing was copied: lmdb:${other} holds port 1 already; name another directory\n`,
    ]);
    expect(await contentOf(other)).to.deep.equal({ 'port/vm1': { v: 1 } });
    const file = join(folder, 'there');
    await writeFile(file, 'mine');
    expect((await nva(`store copy lmdb:${lmdb} file:${file}`)).err).to.equal(
      `nva: nothing was copied: ${file} is there already; name another file\n`,
    );
    expect(readFileSync(file, 'utf8')).to.equal('mine');
  });

  it('makes no store where there is none to copy from', async () => {
    const nowhere = join(folder, 'nowhere');
    const { code, err } = await nva(`store copy lmdb:${nowhere} file:${join(folder, 'x')}`);
    expect([code, err]).to.deep.equal([
      4,
      `nva: there is no store in ${nowhere}; check the path\n`,
    ]);
    expect(existsSync(nowhere)).to.equal(false);
    expect(existsSync(join(folder, 'x'))).to.equal(false);
  });

  it('refuses what is damaged, foreign or away, in one sentence each', async () => {
    const file = join(folder, 'nva.ndjson');
    await nva(`store copy lmdb:${lmdb} file:${file}`);
    await writeFile(file, readFileSync(file, 'utf8').slice(0, -20));
    const other = join(folder, 'other');
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    await writeFile(join(foreign, 'letter.txt'), 'x');
    const refusals: readonly [string, string, RegExp][] = [
      [`file:${file}`, `lmdb:${other}`, /nothing was copied from file:.*was cut short/],
      [`file:${join(folder, 'nix')}`, `lmdb:${other}`, /nix cannot be used \(ENOENT\)/],
      [`lmdb:${foreign}`, `lmdb:${other}`, /holds letter\.txt, which is no store/],
      [`lmdb:${lmdb}`, `file:${join(folder, 'no', 'x')}`, /cannot be used \(ENOENT\)/],
      [`lmdb:${lmdb}`, 'redis://:secret@127.0.0.1:1', /Redis redis:\/\/127\.0\.0\.1:1 cannot be/],
    ];
    for (const [from, to, sentence] of refusals) {
      const { code, out, err } = await nva(`store copy ${from} ${to}`);
      expect([code, out], err).to.deep.equal([4, '']);
      expect(err)
        .to.match(sentence)
        .and.match(/^nva: [^\n]+\n$/)
        .and.not.contain('secret');
    }
    expect(existsSync(other)).to.equal(false);
  });

  for (const [words, sentence] of [
    [
      'store copy nowhere lmdb:/x',
      'the place to copy from: "nowhere" is no store; write file:PATH, -, lmdb:DIR',
    ],
    ['store move lmdb:/x lmdb:/y', 'there is no store move; there is store copy'],
    ['store copy redis://:secret@h:x lmdb:/y', 'copy from: "h:x" is no HOST:PORT of a Redis'],
    ['store copy redis://h lmdb:/y --password-file /nix', '/nix cannot be read (ENOENT)'],
  ] as const) {
    it(`takes ${words.replace('secret', '…')} as wrong usage, without a password`, async () => {
      const { code, err } = await nva(words);
      expect(code).to.equal(2);
      expect(err)
        .to.contain(sentence)
        .and.match(/^nva: [^\n]+\n$/)
        .and.not.contain('secret');
    });
  }

  it('puts more than one batch takes into LMDB as a whole', async function () {
    this.timeout(60_000);
    const file = join(folder, 'large.ndjson');
    const records = Array.from({ length: 100_001 }, (_, index) => ({
      ...{
        key: `vni/${index}`,
        revision: 1,
        value: { v: 1, kind: 'vni', vni: index, network: 'n' },
      },
    }));
    const { backupPieces } = await import('../../../lib/northbound/backup-format.ts');
    await writeFile(file, [...backupPieces({ domain: 'd', revision: 1, records })].join(''));
    const other = join(folder, 'other');
    const { code, err } = await nva(`restore ${file} --store lmdb:${other}`);
    expect([code, err]).to.deep.equal([0, '']);
    expect(Object.keys(await contentOf(other))).to.have.lengthOf(100_001);
    expect(readdirSync(folder)).to.have.members(['large.ndjson', 'other', 'store']);
  });
});

describe('nva store copy with Redis', function () {
  this.timeout(20_000);
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.stop());
  withFolder();
  beforeEach(fill);

  const contentInRedis = async (domain: string): Promise<Snapshot> => {
    const store = await openRedisStore({ location: locationOf(server.location), domain });
    const snapshot = await store.snapshot();
    await store.close();
    return snapshot;
  };

  it('moves everything to Redis and back, with its revisions, and refuses to do it twice', async () => {
    const domain = freshDomain();
    const there = await nva(`store copy lmdb:${lmdb} ${server.location} --domain ${domain}`);
    expect([there.code, there.out], there.err).to.deep.equal([
      0,
      `copied network 1, router 1 from lmdb:${lmdb} to ${server.location} (domain ${domain}, revision 2)\n`,
    ]);
    const { revision, records } = await contentInRedis(domain);
    expect(revision).to.equal(2);
    expect(Object.fromEntries(records.map(({ key, value }) => [key, value]))).to.deep.equal(
      CONTENT,
    );
    const again = await nva(`store copy lmdb:${lmdb} ${server.location} --domain ${domain}`);
    expect(again.code).to.equal(4);
    expect(again.err).to.contain(`holds network 1, router 1 for the domain ${domain} already`);
    const other = join(folder, 'other');
    await nva(`store copy ${server.location} lmdb:${other} --domain ${domain}`);
    expect(await contentOf(other)).to.deep.equal(CONTENT);
  });

  it('takes the domain from the backup unless another is named', async () => {
    const [domain, named] = [freshDomain(), freshDomain()];
    const file = join(folder, 'nva.ndjson');
    await nva(`store copy lmdb:${lmdb} file:${file} --domain ${domain}`);
    await nva(`restore ${file} --store ${server.location}`);
    await nva(`restore ${file} --store ${server.location} --domain ${named}`);
    expect((await contentInRedis(domain)).records).to.have.lengthOf(2);
    expect((await contentInRedis(named)).records).to.have.lengthOf(2);
  });
});

describe('nva backup', () => {
  withFolder();
  let api: ApiFixture;
  beforeEach(async () => {
    api = await ApiFixture.start();
    await api.ask('/v1/apply', { method: 'POST', body: BLUE });
  });
  afterEach(() => api.stop());
  const backup = (file: string): Promise<CliRun> =>
    runInProcess(['backup', file], { env: { NVA_API: api.address } });

  it('writes what can be restored, over an older one, or to stdout', async () => {
    const file = join(folder, 'nva.ndjson');
    await writeFile(file, 'older');
    expect(await backup(file)).to.deep.equal({
      ...{ code: 0, out: `1 record written to ${file}\n`, err: '' },
    });
    expect((await nva(`restore ${file} --store lmdb:${lmdb}`)).code).to.equal(0);
    expect(Object.keys(await contentOf(lmdb))).to.deep.equal(['network/blue']);
    const { out, err } = await backup('-');
    expect([out, err]).to.deep.equal([readFileSync(file, 'utf8'), '1 record written\n']);
  });

  it('leaves the older one as it is when the daemon cannot, or the place cannot be written', async () => {
    const file = join(folder, 'nva.ndjson');
    await writeFile(file, 'older');
    api.authority.failure = new AuthorityError('store', 'The store is away.');
    const refused = await backup(file);
    expect([refused.code, refused.err]).to.deep.equal([4, 'nva: the store is away\n']);
    expect(readFileSync(file, 'utf8')).to.equal('older');
    expect(readdirSync(folder)).to.deep.equal(['nva.ndjson']);
    const nowhere = await backup(join(folder, 'no', 'x'));
    expect(nowhere.code).to.equal(2);
    expect(nowhere.err).to.match(/cannot be written \(ENOENT\); name another place/);
  });
});
