/**
 * A public key infrastructure as operators of Open vSwitch make it: by ovs-pki, in a folder of its own.
 *
 * Two authorities: `controllerca` signs what we show, `switchca` what hypervisors show; each side trusts the other's.
 *
 * Source: ovs-pki(8).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Run, run } from './command.ts';

export type Side = 'switch' | 'controller';

/** Paths. */
export interface KeyPair {
  readonly privateKey: string;
  readonly certificate: string;
}

export class Pki {
  readonly #folder: string;
  readonly #run: Run;
  #made = 0;

  /** Makes both authorities; the folder is made if need be. */
  static async create(folder: string, command: Run = run): Promise<Pki> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const pki = new Pki(folder, command);
    await pki.#ovsPki(folder, 'init');
    return pki;
  }

  private constructor(folder: string, command: Run) {
    this.#folder = folder;
    this.#run = command;
  }

  /** The certificate of the authority that signs for that side. */
  authority(side: Side): string {
    return join(this.#folder, 'pki', `${side}ca`, 'cacert.pem');
  }

  /**
   * A new key and its certificate with this name, "NAME id:UUID" as ovs-pki writes it; again for the same name if asked.
   * (A name of more than 23 letters, as a UUID, is too long for that, and needs `ovs-pki -u`.)
   */
  async sign(name: string, side: Side): Promise<KeyPair> {
    this.#made += 1;
    const folder = join(this.#folder, `${name}-${this.#made}`);
    mkdirSync(folder, { mode: 0o700 });
    await this.#ovsPki(folder, 'req+sign', name, side);
    const file = (what: string): string => join(folder, `${name}-${what}.pem`);
    return { privateKey: file('privkey'), certificate: file('cert') };
  }

  /** ovs-pki writes into the folder that it runs in. */
  async #ovsPki(folder: string, ...words: readonly string[]): Promise<void> {
    const places = [`--dir=${join(this.#folder, 'pki')}`, `--log=${join(this.#folder, 'log')}`];
    await this.#run(['env', '-C', folder, 'ovs-pki', ...places, ...words]);
  }
}
