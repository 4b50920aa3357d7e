import { useTranslation } from "react-i18next";
import { useAct } from "../ui/Act";
import { Button, Card, Row } from "../ui/basics";
import { ResealNotice } from "./ResealNotice";
import { useAccount, useMember } from "./Session";

/** The version of the encryption key, replacing it, and bringing to it what is still sealed to an earlier one. */
export function KeyCard() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const institution = me.role === "hospital" || me.role === "pharmacy";
  const rotate = () =>
    act({
      title: t("rotate.title"),
      recorded: t("rotate.recorded", { version: me.keyVersion + 1 }),
      stays: t("rotate.stays"),
      confirm: t("rotate.confirm"),
      done: t("rotate.done"),
      run: (report) => acts.rotateKey(me, report),
    });
  return (
    <Card title={t("rotate.title")}>
      <p>{t(institution ? "rotate.introInstitution" : "rotate.intro", { version: me.keyVersion })}</p>
      <ResealNotice />
      <Row>
        <Button onPress={() => void rotate()}>{t("rotate.confirm")}</Button>
      </Row>
    </Card>
  );
}
