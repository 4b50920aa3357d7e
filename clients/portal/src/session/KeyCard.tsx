import { useTranslation } from "react-i18next";
import { useLive } from "../session/Connection";
import { useAct } from "../ui/Act";
import { Button, Card, Notice, Row } from "../ui/basics";
import { useAccount, useMember } from "./Session";

/** The version of the encryption key, replacing it, and bringing to it what is still sealed to an earlier one. */
export function KeyCard() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const stale = useLive(me.keyVersion === 1 ? null : `stale ${me.id} ${me.keyVersion}`, async (reads) => {
    const records = await reads.records(me.id);
    const isDue = records.filter(
      ({ patient, status, keyVersion }) => patient === me.id && status !== "erased" && keyVersion !== me.keyVersion,
    );
    return isDue.length;
  });
  const left = stale.type === "ready" ? stale.value : 0;
  const rotate = () =>
    act({
      title: t("rotate.title"),
      recorded: t("rotate.recorded", { version: me.keyVersion + 1 }),
      stays: t("rotate.stays"),
      confirm: t("rotate.confirm"),
      done: t("rotate.done"),
      run: (report) => acts.rotateKey(me, report),
    });
  const reseal = () =>
    act({
      title: t("rotate.resealTitle"),
      recorded: t("rotate.resealRecorded"),
      stays: t("rotate.stays"),
      confirm: t("rotate.reseal"),
      done: t("rotate.resealDone"),
      run: (report) => acts.resealAll(me, report),
    });
  return (
    <Card title={t("rotate.title")}>
      <p>{t("rotate.intro", { version: me.keyVersion })}</p>
      {left === 0 ? null : (
        <Notice tone="warn" title={t("rotate.left", { count: left })}>
          <Button small onPress={() => void reseal()}>
            {t("rotate.reseal")}
          </Button>
        </Notice>
      )}
      <Row>
        <Button onPress={() => void rotate()}>{t("rotate.confirm")}</Button>
      </Row>
    </Card>
  );
}
