/**
 * Collects what the configuration is made of: the file, this process's environment, the flags, the defaults of this
 * machine and user.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import type { Problem } from '../model/problem.ts';
import { isNestedTooDeeply } from '../northbound/yaml-depth.ts';
import { defaultApiAddress, defaultStoreDirectory } from '../runtime/default-paths.ts';
import { type ConfigurationSources, readConfiguration } from './configuration.ts';
import type { Configuration, StoreLocation } from './configuration-options.ts';

/** A configuration has a dozen lines. */
const FILE_SIZE_MAX_BYTES = 64 * 1024;

/** `flags` by option name, as the command line has them; `config` names the file. */
export function loadConfiguration(
  flags: ConfigurationSources['flags'],
  env: ConfigurationSources['env'] = process.env,
): Result<Configuration, Problem[]> {
  const fromFlag = flags.config;
  const path = (typeof fromFlag === 'string' ? fromFlag : fromFlag?.at(-1)) ?? env.NVA_CONFIG;
  const context = { uid: process.geteuid?.() ?? 0, env };
  const sources = {
    env,
    flags,
    hostname: hostname(),
    defaultStore: `lmdb:${defaultStoreDirectory(context)}`,
    defaultApi: defaultApiAddress(context),
  };
  if (path === undefined || path === '') return withPassword(readConfiguration(sources));
  const members = readFile(path);
  if (!members.ok) return members;
  return withPassword(readConfiguration({ ...sources, file: { path, members: members.value } }));
}

function withPassword(
  configuration: Result<Configuration, Problem[]>,
): Result<Configuration, Problem[]> {
  if (!configuration.ok) return configuration;
  const path = configuration.value['store-password-file'];
  if (path === '') return configuration;
  const store = withPasswordOf(path, configuration.value.store);
  return store.ok
    ? ok({ ...configuration.value, store: store.value })
    : failed([{ where: path, message: store.error }]);
}

/** The store's location with the password in the first line of the file. */
export function withPasswordOf(path: string, store: StoreLocation): Result<StoreLocation, string> {
  if (store.type !== 'redis') return ok(store);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return failed(`cannot be read (${reasonOf(error)}); name a readable file.`);
  }
  const password = text.split(/\r?\n/, 1)[0] ?? '';
  if (password === '') return failed('has no password in its first line; write it there.');
  const { location } = store;
  const credentials = { ...location.credentials, password };
  return ok({ type: 'redis', location: { ...location, credentials } });
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

type Members = Readonly<Record<string, unknown>>;

function readFile(path: string): Result<Members, Problem[]> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refused(path, `cannot be read (${reasonOf(error)}); name a readable file.`);
  }
  if (text.length > FILE_SIZE_MAX_BYTES || isNestedTooDeeply(text)) {
    return refused(path, 'is too large or too deep for a configuration; name another file.');
  }
  return parseFile(path, text);
}

function parseFile(path: string, text: string): Result<Members, Problem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    const detail = fault.code === 'TAB_AS_INDENT' ? 'it is indented by a tab' : fault.message;
    return refused(
      `${path} (line ${line}, column ${col})`,
      `is no YAML: ${detail}; correct it there.`,
    );
  }
  const value = toPlain(document);
  if (value === ALIASES) return refused(path, 'uses aliases; write the values out.');
  if (value === null || value === undefined) return ok({});
  if (typeof value === 'object' && !Array.isArray(value)) return ok(value as Members);
  return refused(path, 'must hold keys and values like "domain: default"; correct it.');
}

const ALIASES = Symbol('aliases');

function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    // Thrown for aliases only.
    if (error instanceof ReferenceError) return ALIASES;
    throw error;
  }
}

function refused(where: string, message: string): Result<never, Problem[]> {
  return failed([{ where, message }]);
}
