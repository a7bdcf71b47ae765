/**
 * From YAML text (JSON is YAML) to plain values with their places: the only home of the `yaml` package's parser for
 * manifests.
 *
 * Trusts no size: text above the limit is refused unread, aliases that multiply are refused, and so is nesting that
 * would exhaust the stack.
 *
 * Source: YAML 1.2.2, core schema (so `on` is text, and `02:00:00:00:00:01` is no number).
 */
import {
  type Document,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import type { ManifestDocument } from '../model/manifest-parse.ts';
import { type Problem, ProblemList } from '../model/problem.ts';
import { isNestedTooDeeply } from './yaml-depth.ts';

/** About 8,000 ports; a larger set is applied in several files. */
export const YAML_SIZE_MAX_BYTES = 1 << 20;

/** Uses of anchors in a document, each counted with what it expands to. */
const ALIASES_MAX = 100;

export interface YamlLimits {
  readonly sizeMaxBytes?: number;
}

/** Empty documents are left out; a list at the top counts as one document per item. */
export function readYamlDocuments(
  text: string,
  limits: YamlLimits = {},
): Result<ManifestDocument[], Problem[]> {
  const sizeMaxBytes = limits.sizeMaxBytes ?? YAML_SIZE_MAX_BYTES;
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > sizeMaxBytes) {
    return refused(
      'the file',
      `has ${sizeBytes} bytes and the limit is ${sizeMaxBytes}; apply it in several parts.`,
    );
  }
  if (isNestedTooDeeply(text)) {
    return refused('the file', 'is nested too deeply; write manifests as flat objects.');
  }
  return readDocuments(text);
}

function refused(where: string, message: string): Result<never, Problem[]> {
  return failed([{ where, message }]);
}

function readDocuments(text: string): Result<ManifestDocument[], Problem[]> {
  const lines = new LineCounter();
  const problems = new ProblemList();
  const found: ManifestDocument[] = [];
  // The package compares each key with all before it; a large map would take minutes. See noteDuplicates.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false };
  const documents = [...parseAllDocuments<ParsedNode>(text, options)] as Document.Parsed[];
  for (const [index, document] of documents.entries()) {
    const reader = new DocumentReader(document, index + 1, lines, problems);
    found.push(...reader.read());
  }
  if (problems.count > 0) return failed(problems.toArray());
  if (found.length === 0)
    return refused('the file', 'holds no objects; give at least one manifest.');
  return ok(found);
}

class DocumentReader {
  readonly #document: Document.Parsed;
  readonly #number: number;
  readonly #lines: LineCounter;
  readonly #problems: ProblemList;

  constructor(
    document: Document.Parsed,
    number: number,
    lines: LineCounter,
    problems: ProblemList,
  ) {
    this.#document = document;
    this.#number = number;
    this.#lines = lines;
    this.#problems = problems;
  }

  read(): ManifestDocument[] {
    const faults = [...this.#document.errors, ...this.#document.warnings];
    for (const fault of faults) this.#noteFault(fault);
    if (faults.length > 0 || this.#document.contents === null) return [];
    this.#noteDuplicates();
    const value = this.#toPlain();
    if (value === undefined || value === null) return [];
    const { contents } = this.#document;
    if (!Array.isArray(value) || !isSeq(contents)) return [{ value, position: this.#at(contents) }];
    return value.map((item: unknown, index) => ({
      value: item,
      position: this.#at(contents.items[index] as ParsedNode | undefined, `, item ${index + 1}`),
    }));
  }

  #at(node: ParsedNode | null | undefined, item = ''): string {
    return this.#atOffset(node?.range[0] ?? 0, item);
  }

  #atOffset(offset: number, item = '', column = false): string {
    const { line, col } = this.#lines.linePos(offset);
    const place = column ? `line ${line}, column ${col}` : `line ${line}`;
    return `document ${this.#number}${item} (${place})`;
  }

  #noteFault({ code, message, pos }: YAMLError): void {
    this.#problems.add(this.#atOffset(pos[0], '', true), faultMessage(code, message));
  }

  #toPlain(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: ALIASES_MAX });
    } catch (error) {
      // Thrown for aliases only: those that multiply, and those without an anchor.
      if (!(error instanceof ReferenceError)) throw error;
      this.#problems.add(
        this.#at(this.#document.contents),
        'uses aliases that multiply or lead nowhere; write the values out.',
      );
      return undefined;
    }
  }

  #noteDuplicates(): void {
    visit(this.#document, { Map: (_, map) => this.#noteDuplicateKeys(map) });
  }

  #noteDuplicateKeys(map: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of map.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (seen.has(name)) {
        this.#problems.add(
          this.#atOffset(key.range?.[0] ?? 0, '', true),
          `names ${JSON.stringify(name)} twice in one object; keep one of the two.`,
        );
      }
      seen.add(name);
    }
  }
}

function faultMessage(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'is indented by a tab; use spaces.';
  const firstLine = (message.split('\n')[0] ?? '').replace(/[.:]$/, '');
  return `is no YAML: ${firstLine}; correct the syntax there.`;
}
