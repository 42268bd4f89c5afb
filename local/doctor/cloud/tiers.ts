/** The tiers that the project runs jobs on: those of dispatch's environment, else those of a deployment that names none. */
import { defaultTiers } from '@trainyard/functions/compute/defaultTiers';
import { parsedJson } from '@trainyard/shared';
import { tierSchema, type Tier } from '@trainyard/functions/compute/tier';
import { z } from 'zod';
import type { Project } from './project.js';

export async function tiersOf(project: Project): Promise<Tier[]> {
  const dispatch = (await project.functions()).find(({ name }) => name === 'trainyard-dispatch');
  const text = dispatch?.serviceConfig.environmentVariables['TRAINYARD_TIERS'];
  const given = text === undefined ? undefined : z.array(tierSchema).safeParse(parsedJson(text));
  // Tiers that cannot be read are what the check of the functions finds.
  return given?.success ? given.data : defaultTiers(project.region).map((tier) => tierSchema.parse(tier));
}
