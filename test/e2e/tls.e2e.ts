/**
 * Mutual TLS on both channels: tenants reach each other, and keys, certificates and authorities are replaced on either
 * side, by files alone, while everybody pings.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import { PingMesh } from '../../scripts/lab/ping-mesh.ts';
import { type KeyPair, Pki } from '../../scripts/lab/pki.ts';
import { figure } from './support/figures.ts';
import { scenariosOn } from './support/scenario.ts';
import { Site } from './support/site.ts';

/** The userspace datapath forwards in the thread that also reads keys and shakes hands: 140 ms were seen on two cores. */
const OWN_PAUSE_MS = 400;

let site: Site;
let folder: string;
let pki: Pki;
let nextPki: Pki;
const scenario = scenariosOn(() => site);

describe('hypervisors with mutual TLS', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nva-tls-'));
    [pki, nextPki] = await Promise.all([
      Pki.create(join(folder, 'pki')),
      Pki.create(join(folder, 'next')),
    ]);
    replaceOurs(await pki.sign('nva', 'controller'), [pki]);
    site = await Site.open({
      prefix: 'nvats',
      hypervisors: 3,
      args: [
        ...['--ovsdb', 'pssl:6642', '--openflow', 'pssl:6652', '--ca-cert', ours('ca')],
        ...['--certificate', ours('cert'), '--private-key', ours('key')],
      ],
      manager: ({ ip }) => `ssl:${ip}:6642`,
      prepare: async ({ hypervisors }) => {
        for (const hypervisor of hypervisors) await certify(hypervisor, pki, [pki]);
      },
    });
    // Its own pauses are not what is tried here.
    await Promise.all(site.lab.hypervisors.map((each) => each.setManagerBackoff(1000)));
    await site.declare({ name: 'blue' }, [1, 2, 3]);
  });

  after(async () => {
    await site?.close();
    await rm(folder, { recursive: true, force: true });
  });

  scenario('are told of ssl: alone, and everybody reaches everybody', async () => {
    for (const hypervisor of site.lab.hypervisors) {
      const targets = await hypervisor.vsctl('get-controller', 'br-int');
      expect(targets.trim()).to.equal(`ssl:${site.controller.ip}:6652`);
    }
    await underPings('mutual TLS', async () => undefined);
  });

  scenario('forward on when our key and certificate are replaced', async () => {
    await underPings('our certificate replaced', async () => {
      replaceOurs(await pki.sign('nva', 'controller'), [pki]);
      await logged(/the files of TLS are new/, 1);
      await reconnected(site.hv(1));
    });
  });

  scenario('forward on when their keys and certificates are replaced', async () => {
    await underPings('the certificate of a hypervisor replaced', async () => {
      await certify(site.hv(2), pki, [pki]);
      await reconnected(site.hv(2));
    });
  });

  scenario('forward on when both authorities are replaced, step by step', async () => {
    await underPings('both authorities replaced', async () => {
      const both = [pki, nextPki];
      const before = await pki.sign('nva', 'controller');
      replaceOurs(before, both);
      site.controller.reload();
      await logged(/the files of TLS are new/, 2);
      for (const hypervisor of site.lab.hypervisors) await certify(hypervisor, nextPki, both);
      await Promise.all(site.lab.hypervisors.map(reconnected));
      replaceOurs(await nextPki.sign('nva', 'controller'), [nextPki]);
      site.controller.reload();
      await logged(/the files of TLS are new/, 3);
      await Promise.all(site.lab.hypervisors.map(reconnected));
    });
  });

  scenario('go on forwarding while one is refused, which is said with the remedy', async () => {
    await underPings('a certificate of an authority that is not ours any more', async () => {
      await certify(site.hv(3), pki, [pki, nextPki]);
      await site.hv(3).reconnect();
      await logged(/is refused: its certificate is signed by none of the authorities/, 1);
      await site.nveBecomes('h3', ({ status }) => !status.connected);
      await certify(site.hv(3), nextPki, [nextPki]);
      await site.inStep();
    });
  });
});

function ours(what: 'ca' | 'cert' | 'key'): string {
  return join(folder, `${what}.pem`);
}

/** By rename, one after the other: for a moment they do not fit together. */
function replaceOurs({ certificate, privateKey }: KeyPair, authorities: readonly Pki[]): void {
  const texts = {
    key: readFileSync(privateKey, 'utf8'),
    cert: readFileSync(certificate, 'utf8'),
    ca: bundle(authorities, 'switch'),
  };
  for (const what of ['key', 'cert', 'ca'] as const) {
    writeFileSync(`${ours(what)}.new`, texts[what], { mode: 0o600 });
    renameSync(`${ours(what)}.new`, ours(what));
  }
}

function bundle(authorities: readonly Pki[], side: 'switch' | 'controller'): string {
  return authorities.map((authority) => readFileSync(authority.authority(side), 'utf8')).join('\n');
}

async function certify(hypervisor: Hypervisor, signer: Pki, trusted: readonly Pki[]) {
  const pair = await signer.sign(hypervisor.name, 'switch');
  const authority = join(folder, `trusted-${hypervisor.name}-${performance.now()}.pem`);
  writeFileSync(authority, bundle(trusted, 'controller'));
  await hypervisor.setSsl(pair, authority);
}

/** It has left us and is back, with whatever it has now. */
async function reconnected(hypervisor: Hypervisor): Promise<void> {
  const started = performance.now();
  const seen = (await site.events()).at(-1)?.id ?? 0;
  await hypervisor.reconnect();
  await site.until(`${hypervisor.name} has come anew`, async () =>
    (await site.events()).some(
      ({ id, code, object }) =>
        id > seen && code === 'nve-connected' && object === `nve/${hypervisor.name}`,
    ),
  );
  await site.inStep();
  figure(`${hypervisor.name} back in step after ${Math.round(performance.now() - started)} ms`);
}

async function logged(what: RegExp, times: number): Promise<void> {
  const all = new RegExp(what.source, 'g');
  await site.until(`${what} in the log ${times} times`, async () => {
    return (readFileSync(site.controller.logFile, 'utf8').match(all) ?? []).length >= times;
  });
}

/** Nobody is cut off: an NVE whose switch lost its flows, or waited to be back in step, would be for a second or more. */
async function underPings(title: string, work: () => Promise<unknown>): Promise<void> {
  const mesh = await PingMesh.start(site.lab.tenants);
  await work();
  await mesh.answered(10);
  const { sent, lost, longestGapMs, losses } = await mesh.stop();
  figure(`${title}: ${lost} of ${sent} pings lost, longest gap ${longestGapMs} ms`);
  expect(longestGapMs, losses.join('; ')).to.be.at.most(OWN_PAUSE_MS);
}
