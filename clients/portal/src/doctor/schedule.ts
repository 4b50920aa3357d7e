import type { OpeningTime, Schedule } from "../chain/views";

/** When a doctor can be booked: the chain counts in UTC quarters of an hour, people in their own time and weekdays. */

const QUARTER = 15 * 60_000;
const DAY = 24 * 60 * 60_000;
const QUARTERS = 96;
const DAYS = 7;

/** A weekday's opening in local quarters of an hour; the weekday's number is 0 for Monday. */
export interface LocalOpening {
  readonly weekday: number;
  readonly from: number;
  readonly until: number;
}

function weekdayOf(utcDay: number): number {
  // 1 January 1970 was a Thursday.
  return (utcDay + 3) % DAYS;
}

/** Whether a doctor can be booked in the quarter of an hour that begins here. */
export function isOpen({ openingTimes, daysOff }: Schedule, start: number): boolean {
  const day = Math.floor(start / DAY);
  const quarter = Math.floor((start % DAY) / QUARTER);
  const off = daysOff.some(({ first, last }) => first <= day && day <= last);
  const within = openingTimes.some(
    ({ weekday, from, until }) => weekday === weekdayOf(day) && from <= quarter && quarter < until,
  );
  return !off && (openingTimes.length === 0 || within);
}

/** How far local time is ahead of UTC, in quarters of an hour. */
export function offsetQuarters(now: Date): number {
  return -Math.round(now.getTimezoneOffset() / 15);
}

/** Opening times shifted by quarters of an hour, cut at midnight. */
function shifted(times: readonly OpeningTime[], by: number): readonly OpeningTime[] {
  const week = DAYS * QUARTERS;
  return times.flatMap(({ weekday, from, until }) => {
    const start = (weekday * QUARTERS + from + by + week) % week;
    const pieces: OpeningTime[] = [];
    for (let at = start, left = until - from; left > 0; ) {
      const day = Math.floor(at / QUARTERS) % DAYS;
      const within = at % QUARTERS;
      const length = Math.min(left, QUARTERS - within);
      pieces.push({ weekday: day, from: within, until: within + length });
      at += length;
      left -= length;
    }
    return pieces;
  });
}

/** What the chain keeps of local opening times. */
export function toUtc(openings: readonly LocalOpening[], offset: number): readonly OpeningTime[] {
  return shifted(openings, -offset);
}

/** Local opening times out of what the chain keeps; what midnight had cut is joined again. */
export function toLocal(times: readonly OpeningTime[], offset: number): readonly LocalOpening[] {
  const pieces = shifted(times, offset).toSorted((a, b) => a.weekday - b.weekday || a.from - b.from);
  return pieces.reduce<LocalOpening[]>((joined, piece) => {
    const last = joined.at(-1);
    if (last !== undefined && last.weekday === piece.weekday && last.until === piece.from) {
      joined[joined.length - 1] = { ...last, until: piece.until };
    } else {
      joined.push(piece);
    }
    return joined;
  }, []);
}

/** A quarter of an hour of the day as time fields hold it. */
export function quarterText(quarter: number): string {
  const at = Math.min(quarter, QUARTERS - 1);
  return `${String(Math.floor(at / 4)).padStart(2, "0")}:${String((at % 4) * 15).padStart(2, "0")}`;
}

/** The quarter of an hour that a time field holds, rounded down; not a number if it holds none. */
export function quarterOf(text: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(":").map(Number);
  return hours * 4 + Math.floor(minutes / 15);
}
