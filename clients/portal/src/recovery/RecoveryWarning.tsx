import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { dateTime } from "../i18n";
import { useLive } from "../session/Connection";
import { useMember } from "../session/Session";
import { ButtonLink, Notice } from "../ui/basics";

/** Says on every page but that of recovery, which shows it, that somebody is about to take the account over. */
export function RecoveryWarning() {
  const { t } = useTranslation();
  const me = useMember();
  const { pathname } = useLocation();
  const plan = useLive(`recovery ${me.id}`, (reads) => reads.recoveryPlan(me.id));
  const [first] = plan.type === "ready" ? (plan.value?.recoveries ?? []) : [];
  if (pathname === "/recovery" || first === undefined || plan.type !== "ready" || plan.value === null) {
    return null;
  }
  return (
    <Notice
      tone="bad"
      title={t("recovery.underWay", { count: first.approvals.length, of: plan.value.threshold })}
    >
      <p>{first.readyAt === null ? t("recovery.ifNotYou") : t("recovery.readyAt", { when: dateTime(first.readyAt) })}</p>
      <ButtonLink small look="primary" to="/recovery">
        {t("recovery.look")}
      </ButtonLink>
    </Notice>
  );
}
