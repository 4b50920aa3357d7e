import { useTranslation } from "react-i18next";
import type { DisputeReason, RecordView } from "../chain/views";
import { standalone } from "../i18n";
import { useAccount } from "../session/Session";
import { actChoice, useAct } from "../ui/Act";
import { Button, Card, Notice, Row } from "../ui/basics";
import type { Option } from "../ui/fields";

/** Marks a record of the patient's as disputed; the reason that is offered first is the likeliest. */
export function useDispute(): (record: RecordView, likeliest: DisputeReason) => Promise<boolean> {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  return (record, likeliest) => {
    const option = (value: DisputeReason): Option<DisputeReason> => ({
      value,
      label: standalone(t(`disputeReason.${value}`)),
    });
    const others = (["incorrect", "another-person", "undecryptable"] as const).filter((one) => one !== likeliest);
    const reason = actChoice<DisputeReason>(t("dispute.reason"), [option(likeliest), ...others.map(option)]);
    return act({
      title: t("dispute.title", { id: record.id }),
      recorded: t("dispute.recorded"),
      stays: t("dispute.stays"),
      confirm: t("dispute.start"),
      choice: reason,
      done: t("dispute.done"),
      run: (report) => acts.dispute(record.id, reason.value, report),
    });
  };
}

/** Whether a record is disputed, to say so or to take it back; for what another wrote about the patient. */
export function Dispute({ record }: { record: RecordView }) {
  const { t } = useTranslation();
  const { acts } = useAccount();
  const act = useAct();
  const dispute = useDispute();
  const withdraw = () =>
    act({
      title: t("dispute.withdrawTitle"),
      recorded: t("dispute.withdrawRecorded"),
      stays: t("dispute.stays"),
      confirm: t("dispute.withdraw"),
      done: t("dispute.withdrawDone"),
      run: (report) => acts.withdrawDispute(record.id, report),
    });
  return (
    <Card title={t("dispute.heading")}>
      {record.dispute === null ? (
        <>
          <p>{t("dispute.explain")}</p>
          <Row>
            <Button onPress={() => void dispute(record, "incorrect")}>{t("dispute.start")}</Button>
          </Row>
        </>
      ) : (
        <Notice tone="warn" title={t("dispute.standing", { reason: t(`disputeReason.${record.dispute}`) })}>
          <Button small onPress={() => void withdraw()}>
            {t("dispute.withdraw")}
          </Button>
        </Notice>
      )}
    </Card>
  );
}
