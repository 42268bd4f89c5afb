/**
 * What is counted and measured, for dashboards and alerts; docs/operations.md says which means what. Without an exporter it costs
 * nothing. Runs are not named here: their number has no end, and what is known of each stands in its document.
 */
import { metrics, type Counter, type Gauge, type Histogram } from '@opentelemetry/api';

export interface Instruments {
  runsStarted: Counter;
  runsEnded: Counter;
  runSeconds: Histogram;
  callbacks: Counter;
  callbackSeconds: Histogram;
  callbackDelaySeconds: Histogram;
  epochs: Counter;
  examplesPerSecond: Gauge;
  gpuPercent: Gauge;
  gpuMemoryMb: Gauge;
  cpuPercent: Gauge;
  launches: Counter;
  eventsPublished: Counter;
  eventsRelayed: Counter;
  openRuns: Gauge;
  longestSilenceSeconds: Gauge;
  reconcileFailures: Counter;
  retrainMessages: Counter;
  notifications: Counter;
}

let made: Instruments | undefined;

/** The instruments of this process, made at first use: after `startTelemetry`, where it is called. */
export function instruments(): Instruments {
  made ??= create();
  return made;
}

/** Instruments belong to the provider that was there when they were made. */
export function renewInstruments(): void {
  made = undefined;
}

function create(): Instruments {
  const meter = metrics.getMeter('trainyard');
  const counter = (name: string, description: string) =>
    meter.createCounter(`trainyard.${name}`, { description });
  const seconds = (name: string, description: string, boundaries: number[]) =>
    meter.createHistogram(`trainyard.${name}`, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: boundaries },
    });
  const gauge = (name: string, description: string, unit?: string) =>
    meter.createGauge(`trainyard.${name}`, { description, ...(unit && { unit }) });
  return {
    runsStarted: counter('runs.started', 'Runs requested, by model'),
    runsEnded: counter('runs.ended', 'Runs that ended, by model, status and error code'),
    runSeconds: seconds('run.duration', 'From the request of a run to its end, by status', LONG),
    callbacks: counter('callbacks', 'Callbacks answered, by kind and outcome'),
    callbackSeconds: seconds('callback.duration', 'From the arrival of a callback to its answer', SHORT),
    callbackDelaySeconds: seconds(
      'callback.delay',
      'From what a callback tells of to its record, by the clock of the trainer',
      SHORT,
    ),
    epochs: counter('epochs', 'Epochs recorded, by model'),
    examplesPerSecond: gauge('training.examples_per_second', 'Of the last epoch, by model'),
    gpuPercent: gauge('training.gpu_utilization', 'Mean use of the GPUs of a trainer, by model', '%'),
    gpuMemoryMb: gauge('training.gpu_memory', 'Memory of the GPUs of a trainer, by model', 'MBy'),
    cpuPercent: gauge('training.cpu_utilization', 'Of one core, by model', '%'),
    launches: counter('launches', 'Attempts to launch a job, by tier and outcome'),
    eventsPublished: counter('events.published', 'Events handed to the bus, by type'),
    eventsRelayed: counter('events.relayed', 'Events that were left in the outbox and published later'),
    openRuns: gauge('runs.open', 'Runs that are not over, as the last reconcile saw them'),
    longestSilenceSeconds: gauge(
      'runs.longest_silence',
      'The longest time that a running run has said nothing, as the last reconcile saw them',
      's',
    ),
    reconcileFailures: counter('reconcile.failures', 'Parts of a reconcile that went wrong'),
    retrainMessages: counter('retrain.messages', 'Retrain messages, by model and outcome'),
    notifications: counter('notifications', 'Notifications, by type of channel and outcome'),
  };
}

/** Bucket boundaries in seconds: of what takes milliseconds, and of what takes minutes or hours. */
const SHORT = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30];
const LONG = [30, 60, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400];
