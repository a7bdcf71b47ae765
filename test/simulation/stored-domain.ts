/**
 * What the simulated store holds, as a domain.
 */
import { Domain } from '../../lib/model/domain.ts';
import type { World } from './world.ts';

/** The stored records, as a domain. */
export function storedDomain(world: Pick<World, 'store'>): Domain {
  const domain = new Domain();
  for (const { record } of world.store.records.values()) domain.put(record);
  return domain;
}
