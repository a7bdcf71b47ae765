import { FLOW_SAMPLES } from './flow-samples.ts';
import { GROUP_SAMPLES } from './group-samples.ts';
import { METER_SAMPLES } from './meter-samples.ts';
import { PORT_SAMPLES } from './port-samples.ts';
import type { Sample } from './sample.ts';
import { TABLE_SAMPLES } from './table-samples.ts';

/** By family. */
export const FAMILIES: Readonly<Record<string, readonly Sample[]>> = {
  flows: FLOW_SAMPLES,
  groups: GROUP_SAMPLES,
  meters: METER_SAMPLES,
  'ports and queues': PORT_SAMPLES,
  tables: TABLE_SAMPLES,
};
