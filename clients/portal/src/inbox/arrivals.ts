import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { AccessRequest } from "../chain/views";
import { useLive } from "../session/Connection";
import { useMember } from "../session/Session";

/** The requests that wait for a patient. */
export function useInbox(patient: number) {
  return useLive<readonly AccessRequest[]>(`inbox ${patient}`, async (reads) =>
    (await reads.inbox(patient)).filter((request) => request.expiresAt > Date.now()),
  );
}

/** Says so, and in the page's title, when a request arrives. */
export function useArrivals(onArrival: (text: string) => void): number {
  const { t } = useTranslation();
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
    const fresh = inbox.value.filter((request) => before !== null && !before.has(request.id));
    if (fresh.length > 0) {
      onArrival(t("inbox.arrived", { count: fresh.length }));
    }
  }, [inbox, onArrival, t]);
  useEffect(() => {
    document.title = count > 0 ? `(${count}) MedChain` : "MedChain";
  }, [count]);
  return count;
}
