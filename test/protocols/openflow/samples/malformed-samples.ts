import type { MalformedSample } from './malformed.ts';
import { MALFORMED_GROUP_SAMPLES } from './malformed-group-samples.ts';
import { MALFORMED_MULTIPART_SAMPLES } from './malformed-multipart-samples.ts';

/** Groups, meters and multiparts. */
export const MALFORMED_SAMPLES: readonly MalformedSample[] = [
  ...MALFORMED_GROUP_SAMPLES,
  ...MALFORMED_MULTIPART_SAMPLES,
];
