import { useTranslation } from "react-i18next";
import { useAct } from "../ui/Act";
import { Button, Notice } from "../ui/basics";
import { useLive } from "./Connection";
import { useAccount, useMember } from "./Session";

/** Our records that are still sealed to an earlier key, ours or the hospitals' common one, and bringing them to the one in force. */
export function ResealNotice() {
  const { t } = useTranslation();
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const stale = useLive(`stale ${me.id} ${me.keyVersion}`, async () => (await acts.toReseal(me)).length);
  const left = stale.type === "ready" ? stale.value : 0;
  if (left === 0) {
    return null;
  }
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
    <Notice tone="warn" title={t("rotate.left", { count: left })}>
      <p>{t("rotate.leftText")}</p>
      <Button small onPress={() => void reseal()}>
        {t("rotate.reseal")}
      </Button>
    </Notice>
  );
}
