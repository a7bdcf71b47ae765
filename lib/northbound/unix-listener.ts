/**
 * Where a Unix domain socket may be put: the one home of stale sockets, of sockets in use, and of their mode.
 *
 * The socket is bound under a temporary name, given its mode, and renamed into place: it never exists with
 * another mode, and a stale one is replaced in one step. A file that is not a socket is never removed.
 *
 * Source: unix(7) (a path has at most 107 bytes; a socket nobody listens on refuses connections).
 */
import { chmod, lstat, mkdir, rename, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';

/** Owner and group talk to the daemon, nobody else. */
const SOCKET_MODE = 0o660;
const PATH_MAX_BYTES = 107;
const PROBE_TIMEOUT_MS = 1_000;

export type ListenErrorCode = 'in-use' | 'not-a-socket' | 'path-too-long' | 'cannot-listen';

/** One sentence with the next step. Never retryable: nothing changes by itself. */
export class ListenError extends Error {
  readonly code: ListenErrorCode;
  readonly retryable = false;

  constructor(code: ListenErrorCode, message: string) {
    super(message);
    this.name = 'ListenError';
    this.code = code;
  }
}

export interface UnixPlace {
  /** Bind here, then call `publish`. */
  readonly temporary: string;
  /** Gives the bound socket its mode and its name. */
  publish(): Promise<void>;
  /** Removes the socket, if it still is the one that was published. */
  withdraw(): Promise<void>;
}

/** @throws ListenError */
export async function prepareUnixPlace(path: string): Promise<UnixPlace> {
  const temporary = join(dirname(path), `.nva-${process.pid}`);
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(temporary)) > PATH_MAX_BYTES) {
    throw new ListenError(
      'path-too-long',
      `The socket path ${path} is longer than ${PATH_MAX_BYTES} bytes; choose a shorter one with --api unix:PATH.`,
    );
  }
  await guarded(path, () => mkdir(dirname(path), { recursive: true }));
  await refuseWhatIsInUse(path);
  await guarded(path, () => unlinkIfThere(temporary));
  let inode: number | undefined;
  return {
    temporary,
    async publish() {
      await guarded(path, async () => {
        await chmod(temporary, SOCKET_MODE);
        inode = (await lstat(temporary)).ino;
        await rename(temporary, path);
      });
    },
    async withdraw() {
      const there = await lstat(path).catch(() => undefined);
      if (there?.ino === inode && there !== undefined) await unlinkIfThere(path);
    },
  };
}

async function refuseWhatIsInUse(path: string): Promise<void> {
  const there = await guarded(path, () => lstatIfThere(path));
  if (there === undefined) return;
  if (!there.isSocket()) {
    throw new ListenError(
      'not-a-socket',
      `${path} exists and is not a socket; remove it, or choose another path with --api unix:PATH.`,
    );
  }
  if (await answers(path)) {
    throw new ListenError(
      'in-use',
      `Another daemon answers on ${path}; stop it, or choose another path with --api unix:PATH.`,
    );
  }
}

/** Whether anybody listens. Only a refused connection proves that nobody does. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => settle(true));
    socket.on('connect', () => settle(true));
    socket.on('error', (error) => settle(codeOf(error) !== 'ECONNREFUSED'));
  });
}

async function lstatIfThere(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function guarded<Value>(path: string, act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw listenFailure(path, error);
  }
}

/** A failure of the operating system as a sentence. */
export function listenFailure(where: string, error: unknown): ListenError {
  if (error instanceof ListenError) return error;
  const reason =
    REASONS[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : 'unknown');
  const code = codeOf(error) === 'EADDRINUSE' ? 'in-use' : 'cannot-listen';
  return new ListenError(
    code,
    `Cannot serve the API on ${where}: ${reason}; choose another place with --api.`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'a part of the path is not a directory',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
};

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
