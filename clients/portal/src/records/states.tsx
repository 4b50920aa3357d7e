import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AppointmentStatus, RecordStatus, RecordView, Status } from "../chain/views";
import { date } from "../i18n";
import { failureWords } from "../i18n/failure";
import type { Live } from "../session/Connection";
import { Badge, Loading, Notice, type Tone } from "../ui/basics";

/** What a live value is while it is not there, and what to do with it once it is. */
export function Ready<T>({ of, children }: { of: Live<T>; children: (value: T) => ReactNode }) {
  const { t } = useTranslation();
  if (of.type === "loading") {
    return <Loading label={t("common.loading")} />;
  }
  if (of.type === "failed") {
    return (
      <Notice tone="bad" title={t("common.notLoaded")}>
        {failureWords(of.failure)}
      </Notice>
    );
  }
  return <>{children(of.value)}</>;
}

const RECORD: Record<RecordStatus, Tone> = {
  current: "good",
  superseded: "plain",
  "entered-in-error": "bad",
  erased: "plain",
};
const MEMBER: Record<Status, Tone> = { active: "good", pending: "warn", rejected: "bad", suspended: "bad" };
const APPOINTMENT: Record<AppointmentStatus, Tone> = {
  requested: "warn",
  accepted: "good",
  declined: "bad",
  cancelled: "plain",
  completed: "info",
  missed: "bad",
  expired: "plain",
};

export function RecordBadge({ status }: { status: RecordStatus }) {
  const { t } = useTranslation();
  return <Badge tone={RECORD[status]}>{t(`recordStatus.${status}`)}</Badge>;
}

export function MemberBadge({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Badge tone={MEMBER[status]}>{t(`status.${status}`)}</Badge>;
}

export function AppointmentBadge({ status }: { status: AppointmentStatus }) {
  const { t } = useTranslation();
  return <Badge tone={APPOINTMENT[status]}>{t(`appointmentStatus.${status}`)}</Badge>;
}

/** What a list says of a record besides author and date: fills, why it was retracted, whether it is disputed. */
export function RecordFacts({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const parts = [
    ...(record.validUntil === null
      ? []
      : [
          t("fills.left", { left: record.fillsLeft, count: record.fills }),
          t("fills.until", { when: date(record.validUntil) }),
        ]),
    ...(record.retraction === null ? [] : [t(`retraction.${record.retraction}`)]),
    ...(record.dispute === null ? [] : [t("dispute.badge", { reason: t(`disputeReason.${record.dispute}`) })]),
  ];
  return parts.length === 0 ? null : <>&nbsp;· {parts.join("\u00a0· ")}</>;
}
