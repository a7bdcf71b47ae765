/** All samples of switch messages, by family. */
import { BUNDLE_SAMPLES } from './bundle-samples.ts';
import { CONNECTION_SAMPLES } from './connection-samples.ts';
import { FLOW_MESSAGE_SAMPLES } from './flow-message-samples.ts';
import { NICIRA_SAMPLES } from './nicira-samples.ts';
import { PORT_MESSAGE_SAMPLES } from './port-message-samples.ts';
import { ROLE_SAMPLES } from './role-samples.ts';
import type { SwitchSample } from './switch-sample.ts';

export const SWITCH_SAMPLES: Readonly<Record<string, readonly SwitchSample[]>> = {
  'the connection': CONNECTION_SAMPLES,
  'ports and tables': PORT_MESSAGE_SAMPLES,
  roles: ROLE_SAMPLES,
  flows: FLOW_MESSAGE_SAMPLES,
  bundles: BUNDLE_SAMPLES,
  'extensions of Nicira': NICIRA_SAMPLES,
};
