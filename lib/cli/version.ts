/**
 * The version of this package, from its package.json.
 */
import { readFileSync } from 'node:fs';

/** `lib/cli` in the source tree, `dist/lib/cli` when built: the nearest one above that is ours. */
const CANDIDATES = ['../../package.json', '../../../package.json', '../../../../package.json'];

export function packageVersion(): string {
  for (const candidate of CANDIDATES) {
    const version = versionIn(new URL(candidate, import.meta.url));
    if (version !== undefined) return version;
  }
  return 'unknown';
}

function versionIn(url: URL): string | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(url, 'utf8'));
    if (typeof content !== 'object' || content === null || !('version' in content))
      return undefined;
    return 'name' in content && content.name === 'nva' ? String(content.version) : undefined;
  } catch {
    return undefined;
  }
}
