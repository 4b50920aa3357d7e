import { useTranslation } from "react-i18next";
import { useMember } from "../session/Session";
import { Notice } from "../ui/basics";

/** What a professional that is not active has to know. */
export function StandingNotice() {
  const { t } = useTranslation();
  const me = useMember();
  // Nobody looks at a registration whose certificate is missing.
  if (me.status === "pending" && me.ownRecord === null) {
    return null;
  }
  if (me.status === "pending") {
    return (
      <Notice tone="warn" title={t("standing.pending")}>
        {t("standing.pendingText")}
      </Notice>
    );
  }
  if (me.status === "rejected" || me.status === "suspended") {
    return (
      <Notice tone="bad" title={t(`standing.${me.status}`)}>
        {me.reason === null ? null : t(`vetting.${me.reason}`)} {t(`standing.${me.status}Text`)}
      </Notice>
    );
  }
  return null;
}
