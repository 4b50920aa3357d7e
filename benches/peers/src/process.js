// A peer's process: its processor time and memory, from /proc.
import { readFileSync } from 'node:fs';

/** Of Linux on every machine that these programs run on. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process has used, all its threads together. */
export function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Most bytes of memory that a process has had resident. */
export function peakMemory(pid) {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}
