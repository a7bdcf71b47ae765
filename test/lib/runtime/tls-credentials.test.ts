import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Log } from '../../../lib/runtime/log.ts';
import { TlsCredentials } from '../../../lib/runtime/tls-credentials.ts';
import type { TlsFiles } from '../../../lib/runtime/tls-files.ts';
import type { KeyPair } from '../../../scripts/lab/pki.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { KeyMaterial } from './key-material.ts';

const TIMES = { lookMs: 10, patienceMs: 150 };

describe('credentials', function () {
  this.timeout(20_000);
  let keys: KeyMaterial;
  let first: KeyPair;
  let second: KeyPair;
  let files: TlsFiles;
  let lines: string[];
  let credentials: TlsCredentials;
  const say = (line: string) => lines.push(line);
  const log: Log = { debug: say, info: say, warn: say, error: say };

  before(async () => {
    keys = await KeyMaterial.create();
    first = await keys.pki.sign('nva', 'controller');
    second = await keys.pki.sign('nva', 'controller');
  });

  after(() => keys.close());

  beforeEach(() => {
    lines = [];
    files = keys.place('watched', first);
    credentials = new TlsCredentials(files, log, TIMES);
  });

  afterEach(() => credentials.close());

  const uses = (pair: KeyPair): boolean =>
    credentials.material.cert === readFileSync(pair.certificate, 'utf8');
  const taken = (pair: KeyPair): Promise<true | undefined> =>
    until('the new ones', () => Promise.resolve(uses(pair) ? true : undefined), {
      ...{ deadlineMs: 3000, everyMs: 5 },
    });
  const replace = (from: string, to: string): void => {
    copyFileSync(from, `${to}.new`);
    renameSync(`${to}.new`, to);
  };

  it('name the file that cannot be used when they are opened', () => {
    rmSync(files.certificate);
    expect(() => new TlsCredentials(files, log, TIMES)).to.throw(
      /^--certificate .* cannot be read \(ENOENT\); make key and certificate/,
    );
  });

  it('are taken anew when the files are renamed into place, and their listeners told once', async () => {
    let told = 0;
    credentials.onChange(() => {
      told++;
    });
    const { context } = credentials;
    replace(second.privateKey, files['private-key']);
    replace(second.certificate, files.certificate);
    await taken(second);
    await sleep(50);
    expect(told).to.equal(1);
    expect(credentials.context).not.to.equal(context);
    expect(lines.filter((line) => line.includes('are new'))).to.have.lengthOf(1);
  });

  it('are taken anew when a link on the way is swapped, as Kubernetes does', async () => {
    const folder = dirname(files.certificate);
    const places = { '..one': first, '..two': second };
    for (const [name, pair] of Object.entries(places)) {
      mkdirSync(join(folder, name));
      copyFileSync(pair.certificate, join(folder, name, 'tls.crt'));
      copyFileSync(pair.privateKey, join(folder, name, 'tls.key'));
    }
    symlinkSync('..one', join(folder, '..data'));
    symlinkSync('..data/tls.crt', join(folder, 'tls.crt'));
    symlinkSync('..data/tls.key', join(folder, 'tls.key'));
    credentials.close();
    const named = {
      ...files,
      certificate: join(folder, 'tls.crt'),
      'private-key': join(folder, 'tls.key'),
    };
    credentials = new TlsCredentials(named, log, TIMES);
    await sleep(30);
    symlinkSync('..two', join(folder, '..data.new'));
    renameSync(join(folder, '..data.new'), join(folder, '..data'));
    await taken(second);
  });

  it('stay as they were while the files do not fit together, which is said once and not at once', async () => {
    replace(second.certificate, files.certificate);
    await sleep(80);
    expect(lines).to.deep.equal([]);
    await sleep(250);
    expect(uses(first)).to.equal(true);
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]).to.match(/is not the key of .*; until then the files read before are used$/);
    replace(second.privateKey, files['private-key']);
    await taken(second);
  });

  it('stay as they were while an authority is cut off', async () => {
    const whole = readFileSync(files['ca-cert'], 'utf8');
    const text = `${whole}${readFileSync(keys.strange.authority('switch'), 'utf8')}`;
    writeFileSync(files['ca-cert'], text);
    truncateSync(files['ca-cert'], text.length - 100);
    await sleep(250);
    expect(credentials.material.ca).to.equal(whole);
    expect(lines.join()).to.match(/is cut off/);
    writeFileSync(files['ca-cert'], text);
    await until('the bundle', async () => credentials.material.ca === text, { deadlineMs: 3000 });
  });

  it('are read at once when asked to, and say what came of it', () => {
    credentials.reload();
    expect(lines).to.deep.equal(['the files of TLS were read again and are as before']);
    copyFileSync(second.privateKey, files['private-key']);
    credentials.reload();
    expect(lines[1]).to.match(/is not the key of/);
    copyFileSync(second.certificate, files.certificate);
    credentials.reload();
    expect(uses(second)).to.equal(true);
  });

  it('speak of a certificate that ends soon, once', async () => {
    // The authority does not matter to what we show.
    copyFileSync(keys.selfSigned(files['private-key'], 5), files.certificate);
    await until('the reminder', async () => lines.some((line) => line.includes('valid until')), {
      deadlineMs: 3000,
    });
    await sleep(50);
    expect(lines.filter((line) => /after that no peer takes it/.test(line))).to.have.lengthOf(1);
  });
});
