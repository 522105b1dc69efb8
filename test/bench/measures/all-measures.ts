import { durable } from './durable.ts';
import { filling } from './filling.ts';
import { flood } from './flood.ts';
import { growth } from './growth.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { load } from './load.ts';
import { logins } from './logins.ts';
import type { Measure } from './measure.ts';
import { receipts } from './receipts.ts';
import { throughput } from './throughput.ts';

export const measureNames = [
  'throughput',
  'latency',
  'load',
  'idle',
  'logins',
  'growth',
  'receipts',
  'durable',
  'filling',
  'flood',
] as const;
export type MeasureName = (typeof measureNames)[number];

export const allMeasures: Readonly<Record<MeasureName, Measure>> = {
  throughput,
  latency,
  load,
  idle,
  logins,
  growth,
  receipts,
  durable,
  filling,
  flood,
};
