import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import type { AccessRequest } from "../chain/views";
import { useConnection, useLive } from "../session/Connection";
import { useMember } from "../session/Session";

/** The requests that wait for a patient. */
export function useInbox(patient: number) {
  return useLive<readonly AccessRequest[]>(`inbox ${patient}`, async (reads) =>
    (await reads.inbox(patient)).filter((request) => request.expiresAt > Date.now()),
  );
}

/** What has happened just now; news of requests are over once none waits. */
export interface Arrival {
  readonly of: "requests" | "others";
  readonly text: string;
}

/** Says so when a request arrives, or waits on signing in, and in the page's title; says so when a link is opened, or a record in an emergency. */
export function useArrivals(onArrival: (arrival: Arrival) => void): number {
  const { t } = useTranslation();
  // Overview and inbox say themselves what waits.
  const { pathname } = useLocation();
  const says = useRef(false);
  says.current = pathname === "/" || pathname === "/inbox";
  const me = useMember();
  const inbox = useInbox(me.id);
  const known = useRef<ReadonlySet<number> | null>(null);
  const count = inbox.type === "ready" ? inbox.value.length : 0;
  useEffect(() => {
    if (inbox.type !== "ready") {
      return;
    }
    const before = known.current;
    known.current = new Set(inbox.value.map((request) => request.id));
    if (before === null) {
      if (inbox.value.length > 0 && !says.current) {
        onArrival({ of: "requests", text: t("home.waiting", { count: inbox.value.length }) });
      }
      return;
    }
    const fresh = inbox.value.filter((request) => !before.has(request.id));
    if (fresh.length > 0) {
      onArrival({ of: "requests", text: t("inbox.arrived", { count: fresh.length }) });
    }
  }, [inbox, onArrival, t]);
  const { reads } = useConnection();
  useEffect(
    () =>
      reads.onAlert(me.id, (alert) => {
        if (alert.kind === "link") {
          onArrival({ of: "others", text: t("links.arrived", { id: alert.link, left: alert.openingsLeft }) });
        }
        if (alert.kind === "emergency") {
          onArrival({ of: "others", text: t("emergency.arrived", { id: alert.record }) });
        }
      }),
    [reads, me.id, onArrival, t],
  );
  useEffect(() => {
    document.title = count > 0 ? `(${count}) MedChain` : "MedChain";
  }, [count]);
  return count;
}
