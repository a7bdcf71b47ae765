/**
 * What a lab owns, on disk: the one record by which its leftovers are found and removed.
 *
 * Written before a resource is made, so that a crash at any moment leaves a record that covers it. The folder is
 * private (0700) and refused when somebody else could have made it. Processes are not listed one by one: whatever
 * runs in a namespace of the lab is the lab's, and so is a daemon whose pidfile is in the folder and whose command
 * line names the folder (pids are used again).
 */
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks after boot. */
  readonly startTicks: number;
}

export interface LabState {
  readonly format: 1;
  readonly prefix: string;
  readonly owner: ProcessMark;
  /** Left up on purpose: nobody sweeps it but who asks for that. */
  readonly kept: boolean;
  readonly namespaces: readonly string[];
}

/** sun_path has 108 bytes, and the longest socket below is `h99/br-int.snoop`. */
const FOLDER_LENGTH_MAX = 80;

export function labFolder(prefix: string): string {
  const folder = join(tmpdir(), `nva-lab-${prefix}`);
  return folder.length <= FOLDER_LENGTH_MAX ? folder : join('/tmp', `nva-lab-${prefix}`);
}

/** Makes the folder, or accepts one that is ours alone. */
export function claimFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} is not a folder that only this user can write: remove it first.`);
  }
}

function stateFile(folder: string): string {
  return join(folder, 'state.json');
}

export function writeState(folder: string, state: LabState): void {
  const file = stateFile(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Undefined: there is none. */
export function readState(folder: string): LabState | undefined {
  let text: string;
  try {
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return undefined;
    text = readFileSync(stateFile(folder), 'utf8');
  } catch {
    return undefined;
  }
  const state = JSON.parse(text) as LabState;
  if (state.format !== 1) throw new Error(`${stateFile(folder)} is of another version of the lab.`);
  return state;
}

/** Undefined: no such process, or a zombie. */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { pid, startTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** Of this process, at the start of a lab. */
export function newState(prefix: string): LabState {
  const owner = markOf(process.pid);
  if (owner === undefined) throw new Error('/proc does not show this process.');
  return { format: 1, prefix, owner, kept: false, namespaces: [] };
}

export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startTicks === mark.startTicks;
}
