/**
 * Which version both speak: the highest that both bitmaps name, or, when the peer sent none, the lower of the two header
 * versions.
 *
 * Source: OpenFlow 1.3.5 §6.3.1.
 */
import type { Hello } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';

/** `ours` ascending. undefined: no version in common. */
export function agreeOnVersion(
  ours: readonly OpenFlowVersion[],
  theirHeaderVersion: number,
  theirs: Hello,
): OpenFlowVersion | undefined {
  const named = theirs.versions;
  if (named !== undefined) return ours.filter((version) => named.includes(version)).at(-1);
  const lower = Math.min(theirHeaderVersion, ours.at(-1) ?? 0);
  return ours.find((version) => version === lower);
}
