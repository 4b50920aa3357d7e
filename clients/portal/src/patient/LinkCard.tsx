import { useTranslation } from "react-i18next";
import type { LinkTerms, MadeLink } from "../chain/acts";
import { dateTime } from "../i18n";
import { Button, Card, Notice } from "../ui/basics";
import { HandOver } from "../ui/HandOver";
import { QrCode } from "../ui/QrCode";
import styles from "../ui/ui.module.css";

/** A link that was made just now, as text, as code, and as the card that printing the page gives. */
export function LinkCard({ link, terms }: { link: MadeLink; terms: LinkTerms }) {
  const { t } = useTranslation();
  return (
    <>
      <Notice tone="warn" title={t("links.once")}>
        {t("links.onceHint")}
      </Notice>
      <Card title={t("links.asText")}>
        <HandOver label={t("links.link")} text={link.text} copy={t("links.copy")} copied={t("links.copied")}>
          <Button onPress={() => window.print()}>{t("links.print")}</Button>
        </HandOver>
      </Card>
      <section className={styles.linkCard} aria-label={t("links.card")}>
        <QrCode text={link.text} label={t("links.code")} correction="M" />
        <div>
          <h2>{terms.label === "" ? t("links.cardTitle") : terms.label}</h2>
          <p>{t("links.cardScan")}</p>
          <p>{t("links.cardUntil", { count: terms.openings, when: dateTime(link.endsAt) })}</p>
          {terms.passcode === "" ? null : <p>{t("links.cardPasscode")}</p>}
          <p>{t("links.cardSeen")}</p>
        </div>
      </section>
    </>
  );
}
