import { useTranslation } from "react-i18next";
import { useSession } from "../session/Session";
import { ButtonLink, Card, Grid, Notice, PageHead, Row } from "../ui/basics";

/** What MedChain is, for somebody who has just arrived. */
export function Welcome() {
  const { t } = useTranslation();
  const { idled } = useSession();
  return (
    <>
      {idled ? <Notice tone="info" title={t("signin.idled")} /> : null}
      <PageHead title={t("welcome.title")} intro={t("welcome.intro")} />
      <Row>
        <ButtonLink look="primary" to="/signin">
          {t("welcome.signin")}
        </ButtonLink>
        <ButtonLink to="/signup">{t("welcome.signup")}</ButtonLink>
      </Row>
      <Grid>
        {(["decide", "see", "erase"] as const).map((point) => (
          <Card key={point} title={t(`welcome.${point}`)}>
            <p>{t(`welcome.${point}Text`)}</p>
          </Card>
        ))}
      </Grid>
    </>
  );
}
