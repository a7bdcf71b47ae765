/**
 * Where things are when nobody says where: the same for the daemon that opens them and the command line that
 * connects to them.
 *
 * Sources: Filesystem Hierarchy Standard 3.0 (/run, /var/lib); XDG Base Directory Specification 0.8.
 */
import { join } from 'node:path';

/** What decides: the user and the environment. */
export interface PathContext {
  readonly uid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function processPathContext(): PathContext {
  return { uid: process.geteuid?.() ?? 0, env: process.env };
}

/** In the spelling of `--api` and `NVA_API`. */
export function defaultApiAddress(context: PathContext = processPathContext()): string {
  return `unix:${defaultApiSocketPath(context)}`;
}

function defaultApiSocketPath({ uid, env }: PathContext): string {
  if (uid === 0) return '/run/nva/nva.sock';
  return join(absolute(env.XDG_RUNTIME_DIR) ?? `/run/user/${uid}`, 'nva.sock');
}

export function defaultStoreDirectory({ uid, env }: PathContext = processPathContext()): string {
  if (uid === 0) return '/var/lib/nva';
  const home = absolute(env.HOME) ?? '/';
  return join(absolute(env.XDG_STATE_HOME) ?? join(home, '.local', 'state'), 'nva');
}

/** The specification tells to ignore relative ones. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? path : undefined;
}
