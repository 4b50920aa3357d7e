import { useTranslation } from "react-i18next";
import { PageHead } from "../ui/basics";
import { HelpRecover } from "./HelpRecover";
import { Plan } from "./Plan";

/** What is laid down for a lost key: who can recover one's own account, and helping others who have lost theirs. */
export function RecoveryPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t("recovery.pageTitle")} intro={t("recovery.pageIntro")} />
      <Plan />
      <HelpRecover />
    </>
  );
}
