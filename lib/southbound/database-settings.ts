/**
 * What connections to NVEs' databases are given at the start of an instance.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';

export interface DatabaseSettings {
  readonly domain: string;
  /** Our name in it. */
  readonly instance: string;
  readonly lock: string;
  readonly probeIntervalMs: number;
  readonly requestTimeoutMs: number;
  /** Between two messages of a monitored tunnel; absent or 0: none is monitored. */
  readonly bfdIntervalMs?: number;
  /**
   * OpenFlow targets to tell this NVE, given the address of ours that it reached (undefined: none, a unix socket), and
   * whether it came by TLS.
   */
  controllers(localAddress: IpAddress | undefined, isTls: boolean): readonly string[];
}
