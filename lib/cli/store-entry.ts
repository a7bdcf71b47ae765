/**
 * The other edge from the command line to the daemon: copying a store that no daemon serves. Loaded only by the
 * commands that do it.
 */
import type { Log } from '../runtime/log.ts';

export interface StoreCopyRequest {
  readonly from: string;
  readonly to: string;
  readonly domain?: string;
  readonly passwordFile?: string;
  readonly progress: (text: string) => void;
  readonly log: Log;
}

export type StoreCopyResult =
  | {
      readonly ok: true;
      readonly value: { readonly summary: string; readonly warnings: readonly string[] };
    }
  | { readonly ok: false; readonly error: { readonly usage: boolean; readonly message: string } };

export interface StoreCopyModule {
  copyStore(request: StoreCopyRequest): Promise<StoreCopyResult>;
}

export const loadStoreCopy = (): Promise<StoreCopyModule> => import('../daemon/store-copy.ts');
