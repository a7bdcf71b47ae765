/**
 * The configuration of one instance: file, environment and flags joined, in ascending priority, and checked as a
 * whole before anything starts.
 *
 * A list from a higher source replaces that of a lower one. Every problem names its source (file and key, variable,
 * or flag) and the remedy; an unknown name is a problem wherever it stands.
 */
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import { isNetworkName } from '../model/names.ts';
import { suggestion } from '../model/nearest.ts';
import { type Problem, ProblemList } from '../model/problem.ts';
import { type Configuration, OPTIONS, type OptionName } from './configuration-options.ts';
import { checkTlsOptions } from './configuration-tls.ts';

export interface ConfigurationSources {
  /** The file's top-level members, if there is a file. */
  readonly file?: { readonly path: string; readonly members: Readonly<Record<string, unknown>> };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By option name, also in the command line parser's camelCase; undefined: not given. */
  readonly flags: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly hostname: string;
  /** In the spelling of `--store` and `--api`. */
  readonly defaultStore: string;
  readonly defaultApi: string;
}

/** Names the file itself, so it cannot stand in it. */
const CONFIG = 'config';

/** Kubernetes sets these for a service named nva. */
const ORCHESTRATOR = /^NVA_(?:SERVICE_|PORT(?:_|$))/;

/** Where a value comes from, and its text or texts. */
interface Given {
  readonly where: string;
  readonly texts: readonly string[];
}

export function readConfiguration(sources: ConfigurationSources): Result<Configuration, Problem[]> {
  const problems = new ProblemList();
  const given = new Map<string, Given>(Object.entries(defaults(sources)));
  for (const [name, value] of fromFile(sources, problems)) given.set(name, value);
  for (const [name, value] of fromEnvironment(sources, problems)) given.set(name, value);
  for (const [name, value] of fromFlags(sources, problems)) given.set(name, value);
  const values: [string, unknown][] = optionNames().map((name) => {
    return [name, parseOption(name, given.get(name) ?? { where: name, texts: [] }, problems)];
  });
  if (problems.count > 0) return failed(problems.toArray());
  const configuration = Object.fromEntries(values) as unknown as Configuration;
  checkStoreOptions(configuration, given, problems);
  checkTlsOptions(configuration, (name) => given.get(name)?.where ?? name, problems);
  return problems.count > 0 ? failed(problems.toArray()) : ok(configuration);
}

/** A durability that is asked for and cannot be had must not be passed over in silence. */
function checkStoreOptions(
  configuration: Configuration,
  given: ReadonlyMap<string, Given>,
  problems: ProblemList,
): void {
  const { store } = configuration;
  const passwordGiven = given.get('store-password-file');
  const hasPasswordFile = configuration['store-password-file'] !== '';
  if (store.type === 'lmdb') {
    const asked: readonly [OptionName, boolean][] = [
      ['store-wait-replicas', configuration['store-wait-replicas'] > 0],
      ['store-wait-aof', configuration['store-wait-aof']],
      ['store-password-file', hasPasswordFile],
    ];
    for (const [name, isAsked] of asked) {
      if (!isAsked) continue;
      const message = 'is for a store in Redis, and store names the embedded one; leave it out.';
      problems.add(given.get(name)?.where ?? name, message);
    }
  } else if (hasPasswordFile && store.location.credentials.password !== undefined) {
    const message = 'names a file, and store has a password already; give it once.';
    problems.add(passwordGiven?.where ?? 'store-password-file', message);
  }
}

function defaults({
  hostname,
  defaultApi,
  defaultStore,
}: ConfigurationSources): Record<OptionName, Given> {
  const preset = (...texts: string[]): Given => ({ where: 'the default', texts });
  return {
    domain: preset('default'),
    instance: preset(isNetworkName(hostname) ? hostname : 'nva'),
    ovsdb: preset('ptcp:6640'),
    openflow: preset('ptcp:6653'),
    'openflow-version-max': preset('1.5'),
    'ca-cert': preset(''),
    certificate: preset(''),
    'private-key': preset(''),
    'certificate-names': preset('system-id'),
    advertise: preset(),
    store: preset(defaultStore),
    'store-wait-replicas': preset('0'),
    'store-wait-aof': preset('no'),
    'store-password-file': preset(''),
    api: preset(defaultApi),
    'log-level': preset('info'),
    'log-format': preset('auto'),
    'probe-interval-ms': preset('5000'),
    'bfd-interval-ms': preset('0'),
    'audit-interval-s': preset('60'),
    'connections-max': preset('2000'),
    'manifest-size-max-bytes': preset(String(1 << 20)),
    'feed-revisions-max': preset('10000'),
  };
}

export function optionNames(): OptionName[] {
  return Object.keys(OPTIONS) as OptionName[];
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

type GivenByName = [name: OptionName, given: Given][];

function fromFile({ file }: ConfigurationSources, problems: ProblemList): GivenByName {
  const found: GivenByName = [];
  for (const [name, value] of Object.entries(file?.members ?? {})) {
    const where = `${file?.path}: ${name}`;
    if (!isOption(name)) {
      problems.add(where, unknownName('key', suggestion(name, optionNames())));
      continue;
    }
    const texts = (Array.isArray(value) ? (value as unknown[]) : [value]).map(scalarText);
    if (Array.isArray(value) && !OPTIONS[name].repeatable) {
      problems.add(where, 'takes one value, not a list; give the one.');
    } else if (texts.every((text) => text !== undefined)) {
      found.push([name, { where, texts }]);
    } else {
      problems.add(where, 'must be text or a number; put the value behind the key, on one line.');
    }
  }
  return found;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function fromEnvironment({ env }: ConfigurationSources, problems: ProblemList): GivenByName {
  const found: GivenByName = [];
  const known = [CONFIG, ...optionNames()].map(variableName);
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('NVA_') || ORCHESTRATOR.test(variable)) continue;
    const name = optionNames().find((option) => variableName(option) === variable);
    if (name === undefined) {
      if (!known.includes(variable)) {
        problems.add(variable, unknownName('variable', suggestion(variable, known)));
      }
      continue;
    }
    // An empty variable is how scripts unset one.
    if (text === undefined || text === '') continue;
    const texts = OPTIONS[name].repeatable ? text.split(/[\s,]+/).filter(Boolean) : [text];
    found.push([name, { where: variable, texts }]);
  }
  return found;
}

export function variableName(option: string): string {
  return `NVA_${option.toUpperCase().replaceAll('-', '_')}`;
}

function fromFlags({ flags }: ConfigurationSources, problems: ProblemList): GivenByName {
  const found: GivenByName = [];
  for (const [given, value] of Object.entries(flags)) {
    const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (value === undefined || flag === CONFIG) continue;
    const where = `--${flag}`;
    if (isOption(flag)) {
      found.push([flag, { where, texts: typeof value === 'string' ? [value] : value }]);
    } else {
      const known = [CONFIG, ...optionNames()].map((name) => `--${name}`);
      problems.add(where, unknownName('flag', suggestion(where, known)));
    }
  }
  return found;
}

function unknownName(what: string, hint: string): string {
  return `is no known ${what}; ${hint}${hint.endsWith('?') ? '' : '.'}`;
}

function parseOption(name: OptionName, given: Given, problems: ProblemList): unknown {
  const option = OPTIONS[name];
  if (!option.repeatable) return parseText(option.parse, given, lastOf(given.texts), problems);
  if (given.texts.length === 0 && !option.mayBeEmpty) {
    problems.add(given.where, 'names no endpoint; name at least one, or leave it out.');
  }
  const repeated = given.texts.find((text, index) => given.texts.indexOf(text) !== index);
  if (repeated !== undefined) problems.add(given.where, `names ${repeated} twice; name it once.`);
  return given.texts.map((text) => parseText(option.parse, given, text, problems));
}

/** A flag that is given twice counts as given last. */
function lastOf(texts: readonly string[]): string {
  return texts.at(-1) ?? '';
}

function parseText(
  parse: (text: string) => Result<unknown, string>,
  { where }: Given,
  text: string,
  problems: ProblemList,
): unknown {
  const result = parse(text);
  if (result.ok) return result.value;
  problems.add(where, result.error);
  return undefined;
}
