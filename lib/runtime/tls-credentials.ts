/**
 * Our own credentials for TLS, taken anew when their files change, without a restart: new connections use the new ones,
 * those that are here go on.
 *
 * The files are asked for by their status, every second, through symbolic links: that sees a rename, a swapped link (as
 * Kubernetes replaces secrets) and a network file system alike, where a watch on an inode would not. What does not fit
 * together (a pair of which one half is written, a certificate that is cut off) is not taken, and looked at again; it is
 * said once, when it has lasted. What is in use stays in use.
 */
import { stat } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { DurationMs } from '../../protocols/base/units.ts';
import { now } from './clock.ts';
import type { Log } from './log.ts';
import { contextOptions, readTlsFiles, type TlsFiles, type TlsMaterial } from './tls-files.ts';

export interface CredentialTimes {
  readonly lookMs: DurationMs;
  /** So long the files may not fit together before it is said: whoever writes three files needs a moment. */
  readonly patienceMs: DurationMs;
}

const TIMES: CredentialTimes = { lookMs: 1000, patienceMs: 3000 };

/** A certificate that ends within this time is spoken of. */
const NOTICE_MS = 14 * 24 * 3_600_000;

export class TlsCredentials {
  readonly files: TlsFiles;
  readonly #log: Log;
  readonly #patienceMs: DurationMs;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners = new Set<(material: TlsMaterial) => void>();
  #material: TlsMaterial;
  #context: SecureContext;
  #seen = '';
  #isLooking = false;
  /** What is wrong with the files now, since when, and what of it was said. */
  #fault: { readonly text: string; readonly since: number } | undefined;
  #said: string | undefined;
  #isReminded = false;

  /** @throws Error with one sentence when the files cannot be used. */
  constructor(files: TlsFiles, log: Log, { lookMs, patienceMs }: CredentialTimes = TIMES) {
    this.files = files;
    this.#log = log;
    this.#patienceMs = patienceMs;
    const read = readTlsFiles(files, new Date());
    if (!read.ok) throw new Error(read.error);
    this.#material = read.value;
    this.#context = createSecureContext(contextOptions(read.value));
    this.#remind();
    this.#timer = setInterval(() => void this.#look(), lookMs);
    this.#timer.unref();
    void this.#look();
  }

  /** For new connections. */
  get context(): SecureContext {
    return this.#context;
  }

  get material(): TlsMaterial {
    return this.#material;
  }

  /** Calls back whenever there are new ones; returns how to end that. */
  onChange(listener: (material: TlsMaterial) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** At once, whatever the files' status says; a fault is said at once, too. */
  reload(): void {
    this.#said = undefined;
    const before = this.#material;
    this.#take(0);
    if (this.#fault === undefined && before === this.#material) {
      this.#log.info('the files of TLS were read again and are as before');
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { 'ca-cert': ca, certificate, 'private-key': key } = this.files;
    const seen = (await Promise.all([ca, certificate, key].map(statusOf))).join(' ');
    this.#isLooking = false;
    const isNew = seen !== this.#seen;
    this.#seen = seen;
    if (isNew || this.#fault !== undefined) this.#take(this.#patienceMs);
    this.#remind();
  }

  #take(patienceMs: DurationMs): void {
    const read = readTlsFiles(this.files, new Date());
    if (read.ok) {
      this.#fault = undefined;
      this.#said = undefined;
      if (isSame(read.value, this.#material)) return;
      this.#material = read.value;
      this.#context = createSecureContext(contextOptions(read.value));
      this.#isReminded = false;
      this.#log.info(
        `the files of TLS are new: connections from now on use them; our certificate is valid until ${read.value.validTo.toISOString()}`,
      );
      for (const listener of this.#listeners) listener(read.value);
      return;
    }
    const since = this.#fault?.since ?? now();
    this.#fault = { text: read.error, since };
    if (read.error === this.#said || now() - since < patienceMs) return;
    this.#said = read.error;
    this.#log.error(`${read.error}; until then the files read before are used`);
  }

  /** Once per certificate. */
  #remind(): void {
    if (this.#isReminded) return;
    const { validTo } = this.#material;
    if (validTo.getTime() - Date.now() > NOTICE_MS) return;
    this.#isReminded = true;
    this.#log.warn(
      `--certificate ${this.files.certificate} is valid until ${validTo.toISOString()}: after that no peer takes it; sign a new one with "ovs-pki sign"`,
    );
  }
}

function isSame(one: TlsMaterial, other: TlsMaterial): boolean {
  return one.ca === other.ca && one.cert === other.cert && one.key === other.key;
}

/** Changes whenever the file does, or is another one; follows links. */
async function statusOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    return 'absent';
  }
}
