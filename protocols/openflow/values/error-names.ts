/**
 * Errors between their names and their numbers, in each version: what an OFPT_ERROR means, and how one is written.
 *
 * Names are Open vSwitch's own (OFPBRC_IS_SECONDARY), which differ from the specifications' where those renamed
 * something from version to version.
 *
 * Sources: error-codes.ts; OpenFlow 1.3.5 §7.4.4.15 (experimenter errors); ofp-errors of Open vSwitch 3.1 (vendor errors of
 * OpenFlow 1.0, which it reads in every version).
 */
import { ERROR_FORMS, type ErrorForm, type OpenFlowErrorName } from './error-codes.ts';
import type { ErrorMessage } from './messages.ts';
import type { OpenFlowVersion } from './version.ts';

const EXPERIMENTER = 0xffff;
/** The type of Nicira's errors before OpenFlow 1.2: vendor:32 | type:16 | code:16 lead the data. */
const VENDOR = 0xb0c2;
const VENDOR_BYTES = 8;

/** What the version has no numbers for, as Open vSwitch answers it. */
const UNENCODABLE = 'NXBRC_UNENCODABLE_ERROR';

type Numbers = Pick<ErrorForm, 'experimenter' | 'type' | 'code'>;

export interface IdentifiedError {
  readonly name: OpenFlowErrorName;
  /** What caused it: the data without what belongs to the error itself. */
  readonly data: Uint8Array;
}

function keyOf({ experimenter, type, code }: Numbers): string {
  return `${experimenter}/${type}/${code}`;
}

const NAMES: Readonly<Record<OpenFlowVersion, ReadonlyMap<string, OpenFlowErrorName>>> = {
  4: namesOf(4),
  5: namesOf(5),
  6: namesOf(6),
};

function namesOf(version: OpenFlowVersion): ReadonlyMap<string, OpenFlowErrorName> {
  const names = new Map<string, OpenFlowErrorName>();
  for (const name of ERROR_FORMS.keys()) {
    const form = errorForm(name, version);
    if (form !== undefined && !names.has(keyOf(form))) names.set(keyOf(form), name);
  }
  return names;
}

/** How this version writes the error; undefined: it cannot. */
export function errorForm(
  name: OpenFlowErrorName,
  version: OpenFlowVersion,
): ErrorForm | undefined {
  const forms = ERROR_FORMS.get(name) ?? [];
  return forms.find(({ since, until }) => since <= version && version <= until);
}

/** The error itself, or what stands for it in a version that cannot write it. */
export function encodableError(
  name: OpenFlowErrorName,
  version: OpenFlowVersion,
): OpenFlowErrorName {
  return errorForm(name, version) === undefined ? UNENCODABLE : name;
}

/** The message that says so; `data`: from the beginning of what caused it, 64 bytes or more if there are so many. */
export function errorMessage(
  name: OpenFlowErrorName,
  version: OpenFlowVersion,
  data: Uint8Array,
): ErrorMessage {
  const form = errorForm(encodableError(name, version), version);
  if (form === undefined) throw new RangeError(`OpenFlow wire version ${version} has no errors`);
  const { experimenter, type: errorType, code } = form;
  return errorType === EXPERIMENTER
    ? { type: 'error', errorType, code, experimenter, data }
    : { type: 'error', errorType, code, data };
}

/** What the message means in this version; undefined: Open vSwitch does not know it (ofp-print: a decode error, OFPBRC_BAD_LEN). */
export function identifyError(
  error: ErrorMessage,
  version: OpenFlowVersion,
): IdentifiedError | undefined {
  const { numbers, data } = numbersOf(error);
  const name = numbers === undefined ? undefined : NAMES[version].get(keyOf(numbers));
  return name === undefined ? undefined : { name, data };
}

function numbersOf(error: ErrorMessage): { numbers: Numbers | undefined; data: Uint8Array } {
  const { errorType: type, code, data, experimenter = 0 } = error;
  // An experimenter of zero is the standard itself to Open vSwitch, and exp_type the error's type.
  const isStandards = experimenter === 0;
  const numbers = isStandards
    ? { experimenter, type: code, code: 0 }
    : { experimenter, type, code };
  if (type === EXPERIMENTER) return { numbers, data };
  const isVendors = type === VENDOR && code === 0 && data.length >= VENDOR_BYTES;
  return isVendors
    ? { numbers: vendorNumbers(data), data: data.subarray(VENDOR_BYTES) }
    : { numbers: { experimenter: 0, type, code }, data };
}

function vendorNumbers(data: Uint8Array): Numbers | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const experimenter = view.getUint32(0);
  const [type, code] = [view.getUint16(4), view.getUint16(6)];
  if (experimenter === 0) return { experimenter, type, code };
  // From OpenFlow 1.2 on an extension's error has one number.
  return code === 0 ? { experimenter, type: EXPERIMENTER, code: type } : undefined;
}

/** For people: the name, e.g. "OFPBRC_IS_SECONDARY"; for what has none the numbers. Without a version: in whichever knows it. */
export function errorName(error: ErrorMessage, version?: OpenFlowVersion): string {
  const versions: readonly OpenFlowVersion[] = version === undefined ? [4, 5, 6] : [version];
  for (const one of versions) {
    const identified = identifyError(error, one);
    if (identified !== undefined) return identified.name;
  }
  const { errorType, code, experimenter } = error;
  if (errorType !== EXPERIMENTER) return `error ${errorType}, ${code}`;
  const vendor = (experimenter ?? 0).toString(16).padStart(8, '0');
  return `experimenter error 0x${vendor}, ${code}`;
}
