import { useTranslation } from "react-i18next";
import { Named } from "../records/Named";
import { ButtonLink, Card, Facts, Notice, PageHead, Row } from "../ui/basics";
import { useAccount, useSession } from "./Session";

/** For an account whose membership has moved to another, by its owner or by a recovery: it can do nothing any more. */
export function Moved() {
  const { t } = useTranslation();
  const { identity } = useAccount();
  const { standing } = useSession();
  if (standing.type !== "ready" || standing.value.type !== "moved") {
    return null;
  }
  return (
    <>
      <PageHead title={t("moved.title")} intro={t("moved.intro")} />
      <Notice tone="warn" title={t("moved.notYou")}>
        {t("moved.notYouText")}
      </Notice>
      <Card title={t("account.who")}>
        <Facts
          facts={[
            [t("moved.was"), <Named key="was" id={standing.value.member} />],
            [t("account.address"), <code key="address">{identity.address}</code>],
          ]}
        />
        <p>{t("moved.forget")}</p>
        <Row>
          <ButtonLink to="/account">{t("account.forget")}</ButtonLink>
        </Row>
      </Card>
    </>
  );
}
