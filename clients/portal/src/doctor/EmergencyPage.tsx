import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { EmergencyReason } from "../chain/views";
import { standalone } from "../i18n";
import { Reader } from "../records/Reader";
import { Ready } from "../records/states";
import { useLive } from "../session/Connection";
import { useAccount, useMember } from "../session/Session";
import { useAct } from "../ui/Act";
import { Button, Card, Empty, Notice, PageHead, Row } from "../ui/basics";
import { Choice } from "../ui/fields";

const REASONS: readonly EmergencyReason[] = [
  "unconscious",
  "life-threatening",
  "unable-to-decide",
  "critical-medication",
];

/** A record that a doctor opens without having been allowed to, in an emergency. */
export function EmergencyRecord() {
  const { t } = useTranslation();
  const id = Number(useParams().id);
  const me = useMember();
  const { acts } = useAccount();
  const act = useAct();
  const [reason, setReason] = useState<EmergencyReason>("unconscious");
  /** An opening of ours, until its window is seen and has ended. */
  const [opened, setOpened] = useState<"no" | "sent" | "seen">("no");
  const found = useLive(`emergency record ${id}`, async (reads) => ({
    record: await reads.record(id),
    decision: await reads.mayOpenEmergency(me.id, id),
  }));
  const windowOpen = found.type === "ready" && found.value.decision.reason?.error === "WindowOpen";
  useEffect(() => {
    setOpened((now) => (windowOpen ? "seen" : now === "seen" ? "no" : now));
  }, [windowOpen]);
  const open = async () => {
    const done = await act({
      title: t("breakGlass.title"),
      recorded: t("breakGlass.recorded", { reason: t(`emergencyReason.${reason}`) }),
      stays: t("reader.openStays"),
      confirm: t("breakGlass.open"),
      danger: true,
      done: t("reader.openDone"),
      run: (report) => acts.openEmergency(id, reason, report),
    });
    if (done) {
      setOpened((now) => (now === "no" ? "sent" : now));
    }
  };
  return (
    <Ready of={found}>
      {({ record, decision }) =>
        record === null ? (
          <Empty title={t("shared.gone")} />
        ) : (
          <>
            <PageHead
              title={t("records.item", { kind: t(`kind.${record.kind}`), id })}
              intro={t("breakGlass.intro")}
            />
            {opened !== "no" ? (
              <Reader record={record} grant={null} emergency />
            ) : decision.allowed ? (
              <Card title={t("breakGlass.title")}>
                <Notice tone="warn" title={t("breakGlass.warning")}>
                  {t("breakGlass.warningHint")}
                </Notice>
                <Choice
                  label={t("breakGlass.reason")}
                  value={reason}
                  onChange={setReason}
                  options={REASONS.map((value) => ({ value, label: standalone(t(`emergencyReason.${value}`)) }))}
                />
                <Row justify="end">
                  <Button look="danger" onPress={() => void open()}>
                    {t("breakGlass.open")}
                  </Button>
                </Row>
              </Card>
            ) : (
              <Notice tone="bad" title={t("breakGlass.refused")}>
                {decision.reason?.text ?? ""}
              </Notice>
            )}
          </>
        )
      }
    </Ready>
  );
}
