import type { Grant, RecordView } from "../chain/views";

/** What a grant is worth now: its record is erased, open, its time is over, its openings are used, or some are left. */
export type GrantStanding = "erased" | "open" | "expired" | "used" | "left";

export function standingOf(grant: Grant, record: Pick<RecordView, "status">, now: number): GrantStanding {
  if (record.status === "erased") {
    return "erased";
  }
  if (grant.windowClosesAt !== null && grant.windowClosesAt > now) {
    return "open";
  }
  if (grant.expiresAt <= now) {
    return "expired";
  }
  return grant.openingsLeft === 0 ? "used" : "left";
}
